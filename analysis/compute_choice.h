// Which precision this machine really computes fastest in, found by measuring rather than by
// asking for feature flags: bfloat16 is several times faster with AMX or AVX512-BF16 and several
// times slower without.
#pragma once

#include <string>

#include "analysis/compute_precision.h"

namespace cmr {

// "auto" measures a small matrix product in both; "float32" and "bfloat16" are taken as said.
// Throws InputError for another word.
ComputePrecision choosePrecision(const std::string& word);

std::string precisionName(ComputePrecision precision);

// Sets the number of threads of LibTorch; 0 takes as many as there are cores.
void setThreads(int threads);

}  // namespace cmr
