// What a benchmark needs of memory above what was there before it (tests/support/peak_memory.h).
#pragma once

#include <benchmark/benchmark.h>

#include "tests/support/peak_memory.h"

namespace cmr::bench {

class PeakMemory final : public benchmark::MemoryManager {
 public:
  void Start() override;
  void Stop(Result* result) override;
  void Stop(Result& result) override { Stop(&result); }

 private:
  test::PeakMemory memory_;
};

}  // namespace cmr::bench
