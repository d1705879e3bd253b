// The REST interface as a function from request to response; the Orthanc adaptor only translates.
// docs/rest.md describes it for people.
#pragma once

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "config/settings.h"
#include "plugin/access.h"
#include "plugin/delivery_queue.h"
#include "plugin/group_planner.h"
#include "plugin/job_store.h"
#include "plugin/live_rules.h"

namespace cmr {

class PackageChoice;

struct RestRequest {
  std::string method;                        // "GET", "POST", "PUT", "DELETE"
  std::string path;                          // "/cmr/jobs/17", without the query
  std::map<std::string, std::string> query;  // of a GET
  std::string body = {};
  std::map<std::string, std::string> headers = {};  // names in lower case
};

struct RestResponse {
  int status = 200;
  std::string body;   // JSON, unless contentType says otherwise
  std::string allow;  // of 405: the verbs that this path takes
  std::string contentType = "application/json";
  std::map<std::string, std::string> headers = {};
};

// What the routes work on. store and planner are null while the service does not run; the status
// says why.
struct RestContext {
  std::function<nlohmann::json()> status;
  JobStore* store = nullptr;
  const GroupPlanner* planner = nullptr;
  LiveRules* rules = nullptr;
  std::function<std::string()> metrics = {};                           // Prometheus' text
  std::map<std::string, std::string> packageFolders = {};              // by name; empty: of Package
  PackageChoice* packageChoice = nullptr;                              // null as the store
  std::function<void()> ring;                                          // the queue changed
  std::function<void(const std::vector<std::string>&)> backfill = {};  // see Intake::backfill
  AccessRules access = {};  // of the archive's configuration; as it stands here: no users
  WorklistSettings worklist = {};
  DeliveryQueue* deliveries = nullptr;         // null as the store
  std::vector<std::string> destinations = {};  // that are configured, of results and notices
  Actor by = {};  // who asks, for the audit trail; set from `access` and the request
};

// A path that exists: its verb, what it does, whether a running service has to be there for it, and
// who may ask. Without a word about that it takes a viewer to GET and an operator for anything
// else.
struct RestRoute {
  std::string verb;
  std::function<RestResponse()> act;
  bool needsService = true;
  std::optional<Role> needs = {};
};

// Never throws: every error is a JSON body {"error": sentence} with its HTTP status.
RestResponse answerRest(const RestRequest& request, const RestContext& context) noexcept;

}  // namespace cmr
