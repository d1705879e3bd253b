#include "plugin/worker_limits.h"

#include <algorithm>
#include <string>

#include "plugin/worker_trouble.h"

namespace cmr {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t mebi = std::uint64_t{1} << 20;

}  // namespace

WorkerPatience::WorkerPatience(std::chrono::seconds allowed, std::chrono::milliseconds silence,
                               const char* what)
    : allowed_(allowed),
      silence_(silence),
      what_(what),
      until_(Clock::now() + allowed),
      lastSign_(Clock::now()) {}

void WorkerPatience::check(bool heard, FailureCause late) {
  const TimePoint now = Clock::now();
  if (now >= until_) {
    throw WorkerTrouble(late,
                        "it took longer than " + std::to_string(allowed_.count()) + " s " + what_);
  }
  if (heard) lastSign_ = now;
  if (now - lastSign_ > silence_) {
    throw WorkerTrouble(FailureCause::silence, "it gave no sign of life for " +
                                                   std::to_string(silence_.count() / 1000) + " s");
  }
}

void checkResidentMemory(std::uint64_t residentBytes, std::uint64_t ceilingBytes) {
  if (ceilingBytes == 0 || residentBytes <= ceilingBytes) return;
  throw WorkerTrouble(FailureCause::memory, "its memory grew to " +
                                                std::to_string(residentBytes / mebi) +
                                                " MiB, above WorkerMemoryMiB (" +
                                                std::to_string(ceilingBytes / mebi) + " MiB)");
}

std::chrono::milliseconds backOffAfter(int failuresInARow, std::chrono::milliseconds first,
                                       std::chrono::milliseconds largest) {
  if (failuresInARow < 2) return std::chrono::milliseconds(0);
  auto pause = first;
  for (int i = 2; i < failuresInARow && pause < largest; ++i) pause *= 2;
  return std::min(pause, largest);
}

}  // namespace cmr
