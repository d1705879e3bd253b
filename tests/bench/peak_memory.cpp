#include "tests/bench/peak_memory.h"

namespace cmr::bench {

void PeakMemory::Start() { memory_.start(); }

void PeakMemory::Stop(Result* result) { result->max_bytes_used = memory_.bytes(); }

}  // namespace cmr::bench
