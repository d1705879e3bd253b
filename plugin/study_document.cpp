#include "plugin/study_document.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "analysis/sha256.h"

namespace cmr {
namespace {

using Json = nlohmann::json;

void leaveOut(Json& list, std::initializer_list<const char*> keys) {
  for (Json& entry : list) {
    for (const char* const key : keys) entry.erase(key);
  }
}

// Bytes of a source may be in any character set: what is no UTF-8 becomes U+FFFD.
std::string textOf(const Json& document) {
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

constexpr const char* reportKind = "structuredReport";

}  // namespace

std::map<std::string, JobStore::StoredObject> storedReports(const StudyReport& report,
                                                            JobStore& store) {
  std::map<std::string, JobStore::StoredObject> reports;
  for (const StudyReport::Best& best : report.best) {
    for (JobStore::StoredObject& object : store.storedObjects(best.jobId)) {
      if (object.kind == reportKind) reports[best.jobId] = std::move(object);
    }
  }
  return reports;
}

StudyDocument studyDocument(const StudyReport& report,
                            const std::map<std::string, JobStore::StoredObject>& reports,
                            const std::optional<JobStore::StoredObject>& predecessor) {
  Json document = studyReportJson(report);
  for (const char* const key : {"study", "complete", "notice", "completeness"}) document.erase(key);
  if (report.completeness && !report.completeness->missing.empty()) {
    document["missing"] = report.completeness->missing;
  }
  leaveOut(document["series"], {"job", "series"});
  for (std::size_t i = 0; i < report.best.size(); ++i) {
    const StudyReport::Best& best = report.best[i];
    Json& entry = document["best"][i];
    entry.erase("job");
    entry["package"] = {{"title", best.package}, {"sha256", best.packageSha256}};
    const auto found = reports.find(best.jobId);
    entry["report"] = found == reports.end() ? Json() : Json(found->second.SOPInstanceUID);
  }
  StudyDocument made;
  made.fingerprint = sha256Hex(textOf(document));
  document["predecessor"] = nullptr;
  if (predecessor) {
    document["predecessor"] = {{"SOPClassUID", predecessor->SOPClassUID},
                               {"SOPInstanceUID", predecessor->SOPInstanceUID},
                               {"SeriesInstanceUID", predecessor->SeriesInstanceUID}};
  }
  made.text = textOf(document);
  return made;
}

}  // namespace cmr
