#include "plugin/send_results.h"

#include <algorithm>
#include <chrono>
#include <optional>

#include "analysis/errors.h"
#include "plugin/doorbell.h"

namespace cmr {
namespace {

using Kind = DeliveryOutcome::Kind;
using std::chrono::milliseconds;

constexpr milliseconds shortestPause{20};
constexpr milliseconds longestPause{500};
// The archive ends what hangs by its own limits; this one is for work that never begins.
constexpr std::chrono::minutes longestSending{15};

// The instance in the job's own study: an archive may hold one UID under several.
std::optional<std::string> instanceOf(const std::string& SOPInstanceUID, const JobRecord& job,
                                      Archive& archive) {
  for (const std::string& id : archive.instancesOf(SOPInstanceUID)) {
    const auto seriesId = archive.seriesOfInstance(id);
    const auto series = seriesId ? archive.series(*seriesId) : std::nullopt;
    if (series && series->studyId == job.submission.orthancStudyId) return id;
  }
  return std::nullopt;
}

// Waits until the archive has done its part.
DeliveryOutcome awaitSending(const std::string& sending, const Delivery& delivery, Archive& archive,
                             DeliveryQueue& queue, const std::stop_token& stop) {
  const auto end = std::chrono::steady_clock::now() + longestSending;
  Doorbell pause;  // only the stop rings
  milliseconds wait = shortestPause;
  while (true) {
    const SendingProgress progress = archive.sending(sending);
    if (progress.state == SendingProgress::State::sent) return {Kind::sent};
    if (progress.state == SendingProgress::State::failed) return {Kind::failed, progress.problem};
    const bool isLate = std::chrono::steady_clock::now() > end;
    if (isLate || stop.stop_requested() || !queue.isWaiting(delivery.id)) {
      archive.stopSending(sending);
      if (!isLate) return {Kind::interrupted};
      return {Kind::failed, "the archive did not get to it within 15 minutes"};
    }
    pause.wait(stop, wait);
    wait = std::min(2 * wait, longestPause);
  }
}

}  // namespace

DeliveryOutcome sendResults(const Delivery& delivery, const Destination& destination,
                            Archive& archive, JobStore& store, DeliveryQueue& queue,
                            const std::stop_token& stop) {
  const auto job = store.job(delivery.jobId);
  if (!job) return {Kind::pointless, "its job is not known any more"};
  for (const std::string& uid : queue.unsentObjects(delivery.id)) {
    if (stop.stop_requested() || !queue.isWaiting(delivery.id)) return {Kind::interrupted};
    const auto instance = instanceOf(uid, *job, archive);
    if (!instance) return {Kind::pointless, "a result of it is no longer in its study"};
    const std::string sending = archive.beginSending(destination, *instance);
    const DeliveryOutcome outcome = awaitSending(sending, delivery, archive, queue, stop);
    if (outcome.kind != Kind::sent) return outcome;
    queue.noteSent(delivery.id, uid);
  }
  return {Kind::sent};
}

}  // namespace cmr
