#include "plugin/send_notice.h"

#include "plugin/job_json.h"

namespace cmr {
namespace {

using Kind = DeliveryOutcome::Kind;

bool isSuccess(int status) { return status >= 200 && status < 300; }
bool isRedirection(int status) { return status >= 300 && status < 400; }

}  // namespace

nlohmann::json noticeJson(const Delivery& notice, const JobRecord& job, bool identifiers) {
  const JobSubmission& source = job.submission;
  nlohmann::json json{{"notice", notice.id},
                      {"event", notice.event},
                      {"time", isoTime(notice.createdMs)},
                      {"job", job.id},
                      {"rule", source.rule},
                      {"packageSha256", source.packageSha256},
                      {"cause", job.cause},
                      {"attempts", job.attempts},
                      {"study", source.orthancStudyId},
                      {"series", source.orthancSeriesIds}};
  if (identifiers) {
    json["StudyInstanceUID"] = source.StudyInstanceUID;
    json["SeriesInstanceUIDs"] = source.SeriesInstanceUIDs;
  }
  return json;
}

DeliveryOutcome sendNotice(const Delivery& notice, const Webhook& webhook, JobStore& store,
                           const std::stop_token& stop, const PostHttp& post) {
  const auto job = store.job(notice.jobId);
  if (!job) return {Kind::pointless, "its job is not known any more"};
  HttpPost request;
  request.url = webhook.url;
  request.bearer = webhook.bearer;
  request.body = dumpJson(noticeJson(notice, *job, webhook.identifiers));
  const HttpAnswer answer = post(request, stop);
  if (isSuccess(answer.status)) return {Kind::sent};
  if (stop.stop_requested()) return {Kind::interrupted};
  if (answer.status == 0) return {Kind::failed, answer.problem};
  return {Kind::failed,
          "its server answers with status " + std::to_string(answer.status) +
              (isRedirection(answer.status) ? "; redirections are not followed" : "")};
}

}  // namespace cmr
