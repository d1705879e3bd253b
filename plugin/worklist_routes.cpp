#include "plugin/worklist_routes.h"

#include "plugin/job_json.h"
#include "plugin/worklist_entry.h"

namespace cmr {
namespace {

using Json = nlohmann::json;

constexpr std::size_t mostListed = 1000;

RestResponse answer(int status, const Json& body) { return {status, dumpJson(body), {}}; }

RestResponse refuse(int status, const std::string& sentence) {
  return answer(status, {{"error", sentence}});
}

RestResponse notThere(const std::string& id) {
  return refuse(404, "the worklist has no entry " + id);
}

RestResponse one(const std::string& id, JobStore& store) {
  const auto exam = store.scheduledExam(id);
  return exam ? answer(200, worklistEntryJson(*exam)) : notThere(id);
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
  if (!store.scheduledExam(id)) return notThere(id);
  if (exam.id != id) {
    return refuse(409, "accession number, patient and step make another entry, " + exam.id +
                           ": create that one and delete " + id);
  }
  if (!store.reschedule(exam, context.by)) return notThere(id);
  if (context.ring) context.ring();
  return one(id, store);
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
    return RestRoute{method, [&, id] {
                       const bool deleted = context.store->unschedule(id, context.by);
                       return answer(200, {{"id", id}, {"deleted", deleted}});
                     }};
  }
  return RestRoute{"GET,PUT,DELETE", {}};
}

}  // namespace cmr
