#include "plugin/worklist_routes.h"

#include <mutex>

#include "plugin/entity_tag.h"
#include "plugin/rest_answer.h"
#include "plugin/worklist_entry.h"

namespace cmr {
namespace {

using Json = nlohmann::json;

constexpr std::size_t mostListed = 1000;

RestResponse noSuchExam(const std::string& id) {
  return refuse(404, "the worklist has no entry " + id);
}

RestResponse one(const std::string& id, JobStore& store) {
  const auto exam = store.scheduledExam(id);
  if (!exam) return noSuchExam(id);
  const Json entry = worklistEntryJson(*exam);
  RestResponse response = answer(200, entry);
  response.headers["ETag"] = entityTag(entry.at("version"));
  return response;
}

// People who change an exam take turns from the look at its version to the change. The folder's
// files do not wait here: what they say follows from what they said before, whoever comes between.
std::mutex& turn() {
  static std::mutex mutex;
  return mutex;
}

bool isOfVersion(const std::string& ifMatch, const JobStore::ScheduledExam& exam) {
  return ifMatch == "*" || versionNamed(ifMatch) == worklistEntryJson(exam).at("version");
}

RestResponse examChanged() {
  return refuse(409, "somebody else changed this exam meanwhile: look at it first");
}

RestResponse list(JobStore& store) {
  Json entries = Json::array();
  for (const JobStore::ScheduledExam& exam : store.scheduledExams(mostListed, 0)) {
    entries.push_back(worklistEntryJson(exam));
  }
  return answer(200, {{"entries", entries}, {"limit", mostListed}});
}

RestResponse create(const RestRequest& request, const RestContext& context) {
  JobStore& store = *context.store;
  const JobStore::ScheduledExam exam = readWorklistEntry(request.body);
  if (store.schedule(exam, context.by) == JobStore::Scheduled::different) {
    return answer(409,
                  {{"error",
                    "this accession number, patient and step are scheduled already, with other "
                    "values: replace the entry with PUT /cmr/worklist/" +
                        exam.id},
                   {"id", exam.id}});
  }
  if (context.ring) context.ring();  // its study may be here already
  return one(exam.id, store);
}

RestResponse replace(const RestRequest& request, const std::string& id,
                     const RestContext& context) {
  JobStore& store = *context.store;
  const JobStore::ScheduledExam exam = readWorklistEntry(request.body);
  const std::lock_guard mine(turn());
  const auto before = store.scheduledExam(id);
  if (!before) return noSuchExam(id);
  if (exam.id != id) {
    return refuse(409, "accession number, patient and step make another entry, " + exam.id +
                           ": create that one and delete " + id);
  }
  const auto given = request.headers.find("if-match");
  if (given == request.headers.end()) {
    return refuse(400, "If-Match has to name the version of the entry that is replaced, or be *");
  }
  if (!isOfVersion(given->second, *before)) return examChanged();
  if (!store.reschedule(exam, context.by)) return noSuchExam(id);
  if (context.ring) context.ring();
  return one(id, store);
}

// A program that names no version has the exam gone, whatever it says by now.
RestResponse removeOne(const RestRequest& request, const std::string& id,
                       const RestContext& context) {
  const std::lock_guard mine(turn());
  const auto given = request.headers.find("if-match");
  if (given != request.headers.end()) {
    const auto before = context.store->scheduledExam(id);
    if (before && !isOfVersion(given->second, *before)) return examChanged();
  }
  return answer(200, {{"id", id}, {"deleted", context.store->unschedule(id, context.by)}});
}

}  // namespace

std::optional<RestRoute> worklistRouteOf(const RestRequest& request,
                                         const std::vector<std::string>& parts,
                                         const RestContext& context) {
  if (parts.size() < 2 || parts.size() > 3 || parts[1] != "worklist") return std::nullopt;
  const std::string& method = request.method;
  if (!context.worklist.enable && context.store != nullptr) {
    return RestRoute{method, [] {
                       return refuse(409,
                                     "the worklist is off: the configuration's Worklist has "
                                     "no \"Enable\": true");
                     }};
  }
  if (parts.size() == 2) {
    if (method == "GET") return RestRoute{method, [&] { return list(*context.store); }};
    if (method == "POST") return RestRoute{method, [&] { return create(request, context); }};
    return RestRoute{"GET,POST", {}};
  }
  const std::string id = parts[2];
  if (method == "GET") return RestRoute{method, [&, id] { return one(id, *context.store); }};
  if (method == "PUT") {
    return RestRoute{method, [&, id] { return replace(request, id, context); }};
  }
  if (method == "DELETE") {
    return RestRoute{method, [&, id] { return removeOne(request, id, context); }};
  }
  return RestRoute{"GET,PUT,DELETE", {}};
}

}  // namespace cmr
