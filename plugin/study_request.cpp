#include "plugin/study_request.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

namespace cmr {
namespace {

using Json = nlohmann::json;

std::vector<std::string> reportsNamed(const std::string& document) {
  std::vector<std::string> uids;
  const Json json = Json::parse(document, nullptr, false);
  if (!json.is_object() || !json.contains("best")) return uids;
  for (const Json& best : json.at("best")) {
    const auto report = best.find("report");
    if (report != best.end() && report->is_string()) uids.push_back(report->get<std::string>());
  }
  return uids;
}

std::optional<std::string> ownInstance(const std::string& uid, const std::string& studyId,
                                       Archive& archive) {
  for (const std::string& id : archive.instancesOf(uid)) {
    const auto seriesId = archive.seriesOfInstance(id);
    const auto series = seriesId ? archive.series(*seriesId) : std::nullopt;
    if (!series || series->studyId != studyId) continue;
    const auto tags = archive.tags(id);
    if (tags && tags->writtenByUs) return id;
  }
  return std::nullopt;
}

// The same one each time, as long as the series is what it was.
std::optional<std::string> firstImage(const JobRecord& job, Archive& archive) {
  for (const std::string& seriesId : job.submission.orthancSeriesIds) {
    const std::vector<ArchivedInstance> images = archive.instances(seriesId);
    const auto first = std::min_element(images.begin(), images.end(),
                                        [](const ArchivedInstance& a, const ArchivedInstance& b) {
                                          return a.SOPInstanceUID < b.SOPInstanceUID;
                                        });
    if (first != images.end()) return first->id;
  }
  return std::nullopt;
}

}  // namespace

StudyRequest studyRequest(const JobRecord& job, Archive& archive, JobStore& store,
                          const std::string& packageSha256) {
  AnalysisRequest request;
  request.jobId = job.id;
  request.dateTime = job.dateTime;
  request.packageSha256 = packageSha256;
  request.outputs = job.submission.outputs;
  request.studyDocument = store.studyDocument(job.id);
  if (request.studyDocument.empty()) return {{}, "what it is made of is no longer kept"};
  const auto add = [&](const std::optional<std::string>& id) {
    auto bytes = id ? archive.download(*id) : std::nullopt;
    if (!bytes) return false;
    request.instances.push_back({*id, *std::move(bytes)});
    return true;
  };
  for (const std::string& uid : reportsNamed(request.studyDocument)) {
    if (!add(ownInstance(uid, job.submission.orthancStudyId, archive))) {
      return {{}, "a report that it is made of is no longer in the study"};
    }
  }
  if (!add(firstImage(job, archive))) return {{}, "its study is no longer in the archive"};
  return {std::move(request), {}};
}

}  // namespace cmr
