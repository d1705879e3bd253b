// One try to tell a webhook that a job has ended.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <stop_token>

#include "config/webhooks.h"
#include "plugin/delivery_queue.h"
#include "plugin/forwarder.h"
#include "plugin/http_post.h"
#include "plugin/job_store.h"

namespace cmr {

// What is told: {"notice", "event", "job", "rule", "packageSha256", "cause", "attempts", "time",
// "study", "series"}, the last two in the archive's identifiers; with `identifiers` also
// "StudyInstanceUID" and "SeriesInstanceUIDs". Nothing else of a patient, and no free text: a
// reason may quote a header. "notice" is the same number at each try.
nlohmann::json noticeJson(const Delivery& notice, const JobRecord& job, bool identifiers);

using PostHttp = std::function<HttpAnswer(const HttpPost&, const std::stop_token&)>;

// Any status from 200 to 299 is success.
DeliveryOutcome sendNotice(const Delivery& notice, const Webhook& webhook, JobStore& store,
                           const std::stop_token& stop, const PostHttp& post = postHttp);

}  // namespace cmr
