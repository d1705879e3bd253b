// A CUDA kernel of ours, for builds with CUDA: sum and layer normalisation of tokens in one pass
// through memory.
#pragma once

#include <cstdint>

struct CUstream_st;

namespace cmr {

// All are bfloat16 on one device; rows are contiguous.
struct AddThenNorm {
  const void* tokens;  // [rows, width]
  const void* branch;  // [rows, width], or null: nothing is added
  const void* gain;    // [width]
  const void* bias;    // [width]
  void* sum;           // [rows, width]; null where nothing is added
  void* normed;        // [rows, width]
  std::int64_t rows;
  std::int64_t width;
  float epsilon;
};

// Widths that it was written for: multiples of 128 up to 1024 (ViT-S to ViT-L).
bool addThenNormTakes(std::int64_t width);

// sum = tokens + branch; normed = (sum - mean) / sqrt(variance + epsilon) * gain + bias, by row, in
// float32 inside (Ba, Kiros and Hinton, 2016). Queued on `stream`; throws std::runtime_error where
// CUDA refuses it.
void addThenNorm(const AddThenNorm& work, CUstream_st* stream);

}  // namespace cmr
