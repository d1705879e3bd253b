#include "plugin/dispatcher.h"

#include <chrono>
#include <ctime>
#include <set>
#include <thread>
#include <utility>

#include "analysis/errors.h"
#include "plugin/guarded_round.h"
#include "plugin/recorded_decision.h"
#include "plugin/series_look.h"
#include "plugin/stopwatch.h"
#include "plugin/study_request.h"
#include "plugin/wanted_objects.h"

namespace cmr {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds longestClaimPause{1000};  // a retry may become due
constexpr milliseconds heartbeatPause{1000};
constexpr milliseconds pauseForMemory{100};

// DICOM DT of now, local time (PS3.5 6.2).
std::string dateTimeNow() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  localtime_r(&now, &parts);
  char text[15];
  std::strftime(text, sizeof text, "%Y%m%d%H%M%S", &parts);
  return text;
}

// Tells the store that a job is alive, about once a second; a job that is no longer ours ends.
class Heartbeat {
 public:
  Heartbeat(JobStore& store, const Lease& lease, const LogCallback& log)
      : store_(store), lease_(lease), log_(log) {}

  void operator()(double fraction, const std::string& stage) {
    const auto now = std::chrono::steady_clock::now();
    if (now < next_) return;
    next_ = now + heartbeatPause;
    bool alive = true;
    try {
      alive = store_.heartbeat(lease_, fraction, stage);
    } catch (const ResourceError& error) {  // a full disk: the work itself may go on
      if (!warned_) log_(LogLevel::warning, std::string("progress is not kept: ") + error.what());
      warned_ = true;
    }
    if (!alive) throw CancelledError("the job was cancelled, or its lease was lost");
  }

 private:
  JobStore& store_;
  const Lease& lease_;
  const LogCallback& log_;
  std::chrono::steady_clock::time_point next_{};
  bool warned_ = false;
};

// Packages whose jobs wait.
struct Unusable {
  std::vector<std::string> sha256;
  std::string problem;  // of the first
  bool areAll = false;
};

Unusable unusableOf(const PackagesInUse& use) {
  Unusable unusable;
  std::set<std::string> usable;  // the same package may lie in two folders
  for (const PackageInUse& one : use.packages) {
    if (one.problem.empty()) usable.insert(one.sha256);
  }
  for (const PackageInUse& one : use.packages) {
    if (usable.count(one.sha256) != 0) continue;
    if (unusable.sha256.empty()) unusable.problem = one.problem;
    unusable.sha256.push_back(one.sha256);
  }
  unusable.areAll = !use.packages.empty() && usable.empty();
  return unusable;
}

}  // namespace

Dispatcher::Dispatcher(Archive& archive, JobStore& store, DispatcherDuties duties,
                       DispatcherSettings settings)
    : archive_(archive),
      store_(store),
      duties_(std::move(duties)),
      settings_(settings),
      next_(archive, store) {}

std::string Dispatcher::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

void Dispatcher::setTrouble(const std::string& trouble) {
  const std::lock_guard lock(mutex_);
  if (!trouble.empty() && trouble != trouble_) {
    duties_.log(LogLevel::error, "no job can be taken, trying again: " + trouble);
  }
  trouble_ = trouble;
}

void Dispatcher::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    bell_.wait(stop, round(stop) ? longestClaimPause : waitAfterTrouble);
  }
}

bool Dispatcher::round(const std::stop_token& stop) noexcept {
  const auto work = [&] {
    while (!stop.stop_requested() && takeOne(stop)) {
    }
  };
  return guardedRound(work, [&](const std::string& trouble) { setTrouble(trouble); });
}

// Before each claim: behind a long queue a job that was lost would wait, and its study with it.
void Dispatcher::expireLeases() {
  const int expired = store_.expireLeases();
  for (int i = 0; i < expired && duties_.metrics != nullptr; ++i) {
    duties_.metrics->failed(FailureCause::leaseExpired);
  }
}

bool Dispatcher::takeOne(const std::stop_token& stop) {
  expireLeases();
  PackagesInUse use;
  if (duties_.packages) use = duties_.packages();
  if (!use.problem.empty()) throw ResourceError(use.problem);
  const Unusable unusable = unusableOf(use);
  if (unusable.areAll) throw ResourceError(unusable.problem);
  const auto lease = store_.claim(dateTimeNow(), unusable.sha256);
  if (!lease) {
    // Some jobs may wait for a package that cannot be used, while those for others go on.
    if (!unusable.sha256.empty() && store_.isAwaited(unusable.sha256)) {
      throw ResourceError(unusable.problem);
    }
    return false;
  }
  setTrouble({});
  try {
    process(*lease, use, stop);
  } catch (const std::bad_alloc&) {
    fail(*lease, "out of memory in the archive's process", FailureCause::memory);
  } catch (const std::exception& error) {
    fail(*lease, error.what(), FailureCause::archive);
  }
  return true;
}

// What was submitted for a package that was replaced since becomes a job for the one that is there
// now, so that every result is known under the package that computed it.
std::optional<PackageInUse> Dispatcher::packageFor(const Lease& lease,
                                                   const PackagesInUse& packages) {
  const std::string& wanted = lease.job.submission.packageSha256;
  if (packages.packages.empty()) return PackageInUse{};
  if (lease.job.submission.scope == JobScope::study)
    return packages.packages.at(packages.forStudies);
  for (const PackageInUse& one : packages.packages) {
    if (one.sha256 == wanted && one.problem.empty()) return one;
  }
  sourceChanged(lease,
                "it was for a model package that was replaced; its images are a new job for the "
                "package that is installed now");
  return std::nullopt;
}

void Dispatcher::process(const Lease& lease, const PackagesInUse& packages,
                         const std::stop_token& stop) {
  const auto package = packageFor(lease, packages);
  if (!package) return;
  std::shared_ptr<void> pass;
  if (duties_.admit && !(pass = duties_.admit(package->sha256))) {  // another worker was faster
    store_.release(lease);
    return;
  }
  if (lease.job.attempts == 1) {
    took(ServiceStage::wait, static_cast<double>(lease.job.sinceMs - lease.job.createdMs) / 1000);
  }
  const Stopwatch fetching;
  Heartbeat heartbeat(store_, lease, duties_.log);
  const ProgressCallback progress = [&](double fraction, const std::string& stage) {
    if (stop.stop_requested()) throw CancelledError("the service stops");
    heartbeat(fraction, stage);
  };
  std::optional<Collected> collected;
  try {
    collected = lease.job.submission.scope == JobScope::study ? collectStudy(lease, package->sha256)
                                                              : collect(lease, progress);
  } catch (const CancelledError&) {
    store_.release(lease);  // changes nothing when it was cancelled
    return;
  }
  if (!collected) return;
  AnalysisRequest& request = collected->request;
  request.packageFolder = package->folder;
  took(ServiceStage::fetch, fetching.seconds());
  const Stopwatch analyzing;
  const HintCallback hint =
      settings_.readAhead ? next_.beside(lease, package->sha256) : HintCallback{};
  const AnalysisOutcome outcome = duties_.analyze(request, progress, hint);
  next_.ended(outcome);
  if (outcome.kind != OutcomeKind::failed) took(ServiceStage::analyze, analyzing.seconds());
  finish(lease, outcome, stop);
}

// Whether all that was submitted is still there, and unchanged.
std::optional<std::vector<ArchivedInstance>> Dispatcher::checkedInstances(
    const Lease& lease, const ProgressCallback& progress) {
  const JobSubmission& source = lease.job.submission;
  const auto study = archive_.study(source.orthancStudyId);
  if (!study || study->StudyInstanceUID != source.StudyInstanceUID) {
    sourceGone(lease, source.orthancStudyId, "its study is no longer in the archive");
    return std::nullopt;
  }
  std::vector<ArchivedInstance> all;
  for (const std::string& id : source.orthancSeriesIds) {
    const std::vector<ArchivedInstance> instances = archive_.instances(id);
    if (instances.empty()) {
      sourceGone(lease, id, "a series of it is no longer in the archive");
      return std::nullopt;
    }
    all.insert(all.end(), instances.begin(), instances.end());
  }
  const auto alive = [&] { progress(0, "looking at the archive"); };
  if (contentFingerprint(all, archive_, alive) != source.contentFingerprint) {
    sourceChanged(
        lease, "its images changed since it was submitted; what is there now is a job of its own");
    return std::nullopt;
  }
  return all;
}

// A study or series that the archive has no more is no source of any job.
void Dispatcher::sourceGone(const Lease& lease, const std::string& resourceId,
                            const std::string& reason) {
  sourceChanged(lease, reason);
  store_.cancelForResource(resourceId, reason);
}

// What is there of it, changed or only a part, may be a job of its own.
void Dispatcher::sourceChanged(const Lease& lease, const std::string& reason) {
  if (!store_.finishCancelled(lease, reason, true)) return;
  duties_.log(LogLevel::warning, "job " + lease.job.id + " is cancelled: " + reason);
  for (const std::string& id : lease.job.submission.orthancSeriesIds) duties_.onOtherSource(id);
}

// The archive's process holds them until the worker has them, too. A floor that holds when the job
// is claimed is no help against one that takes gigabytes afterwards.
std::optional<Dispatcher::Room> Dispatcher::roomFor(const Lease& lease, std::uint64_t bytes,
                                                    const ProgressCallback& progress) {
  const auto mebibytes = [](std::uint64_t size) { return std::to_string(size >> 20) + " MiB"; };
  if (bytes > settings_.largestJobBytes) {
    store_.finishNotAnalysable(
        lease, "its images are larger than what one job may hold (" + mebibytes(bytes) + ")", {});
    return std::nullopt;
  }
  if (bytes <= settings_.largeJobBytes || duties_.memory == nullptr) return Room{};
  for (;;) {
    const MemoryPromises::Answer answer = duties_.memory->ask(2 * bytes);
    if (answer.promise) return Room{answer.promise};
    if (!answer.isWorthWaiting) {
      fail(lease,
           "its images take " + mebibytes(bytes) + ", here and in the worker, and the system has " +
               mebibytes(answer.left) + " of memory above MemoryFloorMiB",
           FailureCause::memory);
      return std::nullopt;
    }
    progress(0, "waiting for memory that another job was promised");
    std::this_thread::sleep_for(pauseForMemory);
  }
}

std::optional<Dispatcher::Collected> Dispatcher::collect(const Lease& lease,
                                                         const ProgressCallback& progress) {
  const JobRecord& job = lease.job;
  const auto instances = checkedInstances(lease, progress);
  if (!instances) return std::nullopt;
  std::uint64_t bytes = 0;
  for (const ArchivedInstance& instance : *instances) bytes += instance.bytes;
  const std::optional<Room> room = roomFor(lease, bytes, progress);
  if (!room) return std::nullopt;
  AnalysisRequest request;
  request.jobId = job.id;
  request.tasks = job.submission.tasks;
  request.dateTime = job.dateTime;
  request.packageSha256 = job.submission.packageSha256;
  request.outputs = job.submission.outputs;
  request.sorting = sortingOf(store_.decision(job.id));
  for (const ArchivedInstance& instance : *instances) {
    progress(0, "reading from the archive");
    auto content = archive_.download(instance.id);
    if (!content) {
      if (archive_.seriesOfInstance(instance.id)) {  // looked at again it would be the same job
        throw ResourceError("the archive lists image " + instance.id + " and has no file of it");
      }
      sourceChanged(lease, "an image of it was deleted");
      return std::nullopt;
    }
    request.instances.push_back({instance.SOPInstanceUID, *std::move(content)});
  }
  return Collected{std::move(request), room->promise};
}

// What is gone means that the study has other results now: its report is thought about again.
std::optional<Dispatcher::Collected> Dispatcher::collectStudy(const Lease& lease,
                                                              const std::string& packageSha256) {
  const JobRecord& job = lease.job;
  StudyRequest study = studyRequest(job, archive_, store_, packageSha256);
  if (study.request) return Collected{*std::move(study.request), nullptr};
  if (!store_.finishCancelled(lease, study.whyNot, false)) return std::nullopt;
  duties_.log(LogLevel::warning, "job " + job.id + " is cancelled: " + study.whyNot);
  store_.markStudy(job.submission.orthancStudyId);
  return std::nullopt;
}

void Dispatcher::finish(const Lease& lease, const AnalysisOutcome& outcome,
                        const std::stop_token& stop) {
  const std::string name = "job " + lease.job.id;
  switch (outcome.kind) {
    case OutcomeKind::analysed:
      analysed(lease, outcome);
      return;
    case OutcomeKind::notAnalysable:
      store_.finishNotAnalysable(lease, outcome.reason, outcome.resultsJson);
      if (duties_.metrics != nullptr) duties_.metrics->ended(JobState::notAnalysable);
      // The reason quotes the images' descriptions, in which people write names.
      duties_.log(LogLevel::warning, name + " cannot be analysed; its record says why");
      duties_.log(LogLevel::info, name + " cannot be analysed: " + outcome.reason);
      return;
    case OutcomeKind::failed:
      if (stop.stop_requested()) {
        store_.release(lease);
        return;
      }
      fail(lease, outcome.reason, outcome.cause);
      return;
  }
}

JobStore::Finished Dispatcher::keep(const Lease& lease, const AnalysisOutcome& outcome) {
  static const std::vector<ProducedObject> nothing;
  const auto wanted = wantedObjects(outcome.objects, lease.job.submission.outputs);
  return store_.finishAnalysed(lease, settings_.storeResults ? wanted : nothing,
                               outcome.resultsJson);
}

void Dispatcher::analysed(const Lease& lease, const AnalysisOutcome& outcome) {
  const std::string name = "job " + lease.job.id;
  JobStore::Finished finished = JobStore::Finished::lost;
  try {
    finished = keep(lease, outcome);
  } catch (const InputError& error) {
    return fail(lease, error.what(), FailureCause::analysis);
  } catch (const ResourceError& error) {
    return fail(lease, std::string("its results could not be kept: ") + error.what(),
                FailureCause::queue);
  }
  switch (finished) {
    case JobStore::Finished::lost:
      duties_.log(LogLevel::warning, name + " was cancelled or lost: its results are not used");
      return;
    case JobStore::Finished::conflict: {
      const auto job = store_.job(lease.job.id);
      failed(lease, job ? job->reason : "", FailureCause::conflict);
      return;
    }
    case JobStore::Finished::accepted:
      if (duties_.metrics != nullptr) duties_.metrics->ended(JobState::done);
      duties_.log(LogLevel::info, name + " is analysed");
      duties_.onResults();
      return;
  }
}

void Dispatcher::fail(const Lease& lease, const std::string& reason, FailureCause cause) {
  if (!store_.finishFailed(lease, reason, cause)) return;  // cancelled: nobody waits for it
  failed(lease, reason, cause);
}

void Dispatcher::failed(const Lease& lease, const std::string& reason, FailureCause cause) const {
  if (duties_.metrics != nullptr) duties_.metrics->failed(cause);
  duties_.log(LogLevel::error, "job " + lease.job.id + " failed: " + reason);
}

void Dispatcher::took(ServiceStage stage, double seconds) const {
  if (duties_.metrics != nullptr) duties_.metrics->took(stage, seconds);
}

}  // namespace cmr
