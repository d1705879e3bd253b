// What a benchmark needs of memory above what was there before it: Linux' own high-water mark of
// resident memory, which can be set back (proc(5), clear_refs). Sees DCMTK's and Cairo's memory,
// too, which no operator new does.
#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>

namespace cmr::bench {

class PeakMemory final : public benchmark::MemoryManager {
 public:
  void Start() override;
  void Stop(Result* result) override;
  void Stop(Result& result) override { Stop(&result); }

 private:
  std::int64_t residentBefore_ = 0;
};

}  // namespace cmr::bench
