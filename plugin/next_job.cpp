#include "plugin/next_job.h"

#include <exception>
#include <utility>

namespace cmr {
namespace {

constexpr std::chrono::milliseconds betweenLooks{500};  // a job may be submitted at any time

}  // namespace

HintCallback NextJob::beside(const Lease& running, const std::string& packageSha256) {
  hintedJob_.clear();
  nextLook_ = {};
  if (running.job.attempts > 1 || isQuiet_) return {};
  return [this, &running, packageSha256]() -> std::optional<ReadHint> {
    const auto now = std::chrono::steady_clock::now();
    if (now < nextLook_) return std::nullopt;
    nextLook_ = now + betweenLooks;
    try {
      return look(running, packageSha256);
    } catch (const std::exception&) {  // met again, and told, when the job is claimed
      return std::nullopt;
    }
  };
}

std::optional<ReadHint> NextJob::look(const Lease& running, const std::string& packageSha256) {
  const std::optional<JobRecord> next = store_.nextAfter(running);
  if (!next || next->attempts > 0 || next->submission.scope == JobScope::study ||
      blamed_.count(next->id) > 0) {
    return std::nullopt;
  }
  if (!packageSha256.empty() && next->submission.packageSha256 != packageSha256) {
    return std::nullopt;
  }
  return hintOf(*next);
}

// In the order in which the dispatcher asks for them.
std::optional<ReadHint> NextJob::hintOf(const JobRecord& job) {
  auto instances = std::make_shared<std::vector<ArchivedInstance>>();
  for (const std::string& id : job.submission.orthancSeriesIds) {
    const std::vector<ArchivedInstance> some = archive_.instances(id);
    instances->insert(instances->end(), some.begin(), some.end());
  }
  hintedJob_ = job.id;
  ReadHint hint;
  hint.instanceCount = static_cast<std::uint32_t>(instances->size());
  hint.instance = [this, instances](std::size_t index) -> std::optional<InstanceBytes> {
    const ArchivedInstance& instance = instances->at(index);
    try {
      std::optional<std::string> bytes = archive_.download(instance.id);
      if (!bytes) return std::nullopt;
      return InstanceBytes{instance.SOPInstanceUID, *std::move(bytes)};
    } catch (const std::exception&) {
      return std::nullopt;
    }
  };
  return hint;
}

void NextJob::ended(const AnalysisOutcome& outcome) {
  if (outcome.besideHint) blamed_.insert(hintedJob_);
  isQuiet_ = outcome.besideHint || (isQuiet_ && outcome.kind == OutcomeKind::failed);
}

}  // namespace cmr
