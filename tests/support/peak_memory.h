// What something needs of memory above what was there before it: Linux' own high-water mark of
// resident memory, which can be set back (proc(5), clear_refs). Sees DCMTK's and Cairo's memory,
// too, which no operator new does.
#pragma once

#include <malloc.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <string>

namespace cmr::test {

class PeakMemory {
 public:
  void start() {
    malloc_trim(0);  // what was freed before would otherwise be taken again without a trace
    std::ofstream("/proc/self/clear_refs") << 5;
    residentBefore_ = statusBytes("VmRSS:");
  }
  std::int64_t bytes() const {
    return std::max<std::int64_t>(0, statusBytes("VmHWM:") - residentBefore_);
  }

 private:
  // A line of /proc/self/status; 0 when it is not there.
  static std::int64_t statusBytes(const std::string& key) {
    std::ifstream status("/proc/self/status");
    std::string word;
    while (status >> word) {
      std::int64_t kibibytes = 0;
      if (word == key && status >> kibibytes) return 1024 * kibibytes;
    }
    return 0;
  }

  std::int64_t residentBefore_ = 0;
};

}  // namespace cmr::test
