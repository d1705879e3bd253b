// The REST interface as a function from request to response; the Orthanc adaptor only translates.
// docs/rest.md describes it for people.
#pragma once

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "plugin/group_planner.h"
#include "plugin/job_store.h"

namespace cmr {

struct RestRequest {
  std::string method;                        // "GET", "POST", "PUT", "DELETE"
  std::string path;                          // "/cmr/jobs/17", without the query
  std::map<std::string, std::string> query;  // of a GET
};

struct RestResponse {
  int status = 200;
  std::string body;   // JSON
  std::string allow;  // of 405: the verbs that this path takes
};

// What the routes work on. store and planner are null while the service does not run; the status
// says why.
struct RestContext {
  std::function<nlohmann::json()> status;
  JobStore* store = nullptr;
  const GroupPlanner* planner = nullptr;
  std::function<void()> ring;  // the queue changed
};

// Never throws: every error is a JSON body {"error": sentence} with its HTTP status.
RestResponse answerRest(const RestRequest& request, const RestContext& context) noexcept;

}  // namespace cmr
