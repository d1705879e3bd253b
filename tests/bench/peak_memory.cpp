#include "tests/bench/peak_memory.h"

#include <malloc.h>

#include <algorithm>
#include <fstream>
#include <string>

namespace cmr::bench {
namespace {

// A line of /proc/self/status, in bytes; 0 when it is not there.
std::int64_t statusBytes(const std::string& key) {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    std::int64_t kibibytes = 0;
    if (word == key && status >> kibibytes) return 1024 * kibibytes;
  }
  return 0;
}

}  // namespace

void PeakMemory::Start() {
  // What was freed before would otherwise be taken again without a trace.
  malloc_trim(0);
  std::ofstream("/proc/self/clear_refs") << 5;
  residentBefore_ = statusBytes("VmRSS:");
}

void PeakMemory::Stop(Result* result) {
  result->max_bytes_used = std::max<std::int64_t>(0, statusBytes("VmHWM:") - residentBefore_);
}

}  // namespace cmr::bench
