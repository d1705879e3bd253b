// Where this machine computes, and which precision it really is fastest in there, found by
// measuring rather than by asking for feature flags: on a CPU bfloat16 is several times faster with
// AMX or AVX512-BF16 and several times slower without.
#pragma once

#include <string>

#include "analysis/compute_precision.h"

namespace cmr {

// "auto" is the first CUDA device that LibTorch sees, else the CPU; "cpu", "cuda" and "cuda:N" are
// taken as said. Throws InputError for another word and for a device that is not there.
torch::Device chooseDevice(const std::string& word);

// "cpu", "cuda:0"
std::string deviceName(const torch::Device& device);

// Whether products of bfloat16 are summed with the digits of float32 there. Where oneDNN does not
// know the processor (one of AVX2 alone, say), LibTorch's own loops sum in bfloat16: 8 bits, so
// that a row of 4,096 ones sums to 256, and what a network answers is far from what its package
// says.
bool sumsBfloat16InFloat(const torch::Device& device = torch::kCPU);

// "auto" measures a small matrix product in both, and takes float32 where bfloat16 loses digits;
// "float32" and "bfloat16" are taken as said. Throws InputError for another word.
ComputePrecision choosePrecision(const std::string& word,
                                 const torch::Device& device = torch::kCPU);

std::string precisionName(ComputePrecision precision);

// Sets the number of threads of LibTorch; 0 takes as many as there are cores.
void setThreads(int threads);

}  // namespace cmr
