#include <cuda_bf16.h>

#include <stdexcept>
#include <string>

#include "analysis/add_then_norm.h"

namespace cmr {
namespace {

constexpr int warp = 32;
constexpr int atOnce = 4;                     // values in one access of a thread, 8 bytes
constexpr int columnsOfWarp = warp * atOnce;  // that a warp reads in one access
constexpr int rowsOfBlock = 4;                // one warp each
constexpr int mostAccesses = 8;               // of a thread, by row: what fits its registers

struct Four {
  float v[atOnce];
};

__device__ Four load(const __nv_bfloat16* from) {
  const uint2 raw = *reinterpret_cast<const uint2*>(from);
  const auto* pairs = reinterpret_cast<const __nv_bfloat162*>(&raw);
  const float2 low = __bfloat1622float2(pairs[0]);
  const float2 high = __bfloat1622float2(pairs[1]);
  return {{low.x, low.y, high.x, high.y}};
}

// Returns what was stored, which is rounded.
__device__ Four store(__nv_bfloat16* to, const Four& f) {
  uint2 raw;
  auto* pairs = reinterpret_cast<__nv_bfloat162*>(&raw);
  pairs[0] = __float22bfloat162_rn({f.v[0], f.v[1]});
  pairs[1] = __float22bfloat162_rn({f.v[2], f.v[3]});
  *reinterpret_cast<uint2*>(to) = raw;
  const float2 low = __bfloat1622float2(pairs[0]);
  const float2 high = __bfloat1622float2(pairs[1]);
  return {{low.x, low.y, high.x, high.y}};
}

__device__ float sumOfWarp(float value) {
#pragma unroll
  for (int apart = warp / 2; apart > 0; apart /= 2) {
    value += __shfl_xor_sync(0xffffffffu, value, apart);
  }
  return value;
}

// A warp holds its row in registers from the first access to the last. The variance is that of the
// differences from the mean, in a second sum, since a sum of squares cancels.
template <int accesses, bool adds>
__global__ void addThenNormRows(const __nv_bfloat16* tokens, const __nv_bfloat16* branch,
                                const __nv_bfloat16* gain, const __nv_bfloat16* bias,
                                __nv_bfloat16* sum, __nv_bfloat16* normed, std::int64_t rows,
                                float epsilon) {
  const std::int64_t row = static_cast<std::int64_t>(blockIdx.x) * rowsOfBlock + threadIdx.x / warp;
  if (row >= rows) return;
  constexpr int width = accesses * columnsOfWarp;
  const std::int64_t first = row * width + (threadIdx.x % warp) * atOnce;
  Four values[accesses];
  float total = 0;
#pragma unroll
  for (int i = 0; i < accesses; ++i) {
    const std::int64_t at = first + i * columnsOfWarp;
    Four f = load(tokens + at);
    if (adds) {
      const Four more = load(branch + at);
#pragma unroll
      for (int k = 0; k < atOnce; ++k) f.v[k] += more.v[k];
      f = store(sum + at, f);  // the norm is that of the tokens that the next sum begins with
    }
#pragma unroll
    for (int k = 0; k < atOnce; ++k) total += f.v[k];
    values[i] = f;
  }
  const float mean = sumOfWarp(total) / width;
  float squares = 0;
#pragma unroll
  for (int i = 0; i < accesses; ++i) {
#pragma unroll
    for (int k = 0; k < atOnce; ++k) {
      values[i].v[k] -= mean;
      squares += values[i].v[k] * values[i].v[k];
    }
  }
  const float scale = rsqrtf(sumOfWarp(squares) / width + epsilon);
#pragma unroll
  for (int i = 0; i < accesses; ++i) {
    const int column = i * columnsOfWarp + (threadIdx.x % warp) * atOnce;
    const Four g = load(gain + column);
    const Four b = load(bias + column);
    Four f;
#pragma unroll
    for (int k = 0; k < atOnce; ++k) f.v[k] = values[i].v[k] * scale * g.v[k] + b.v[k];
    store(normed + row * width + column, f);
  }
}

template <int accesses, bool adds>
void launch(const AddThenNorm& w, cudaStream_t stream) {
  const auto blocks = static_cast<unsigned>((w.rows + rowsOfBlock - 1) / rowsOfBlock);
  addThenNormRows<accesses, adds><<<blocks, rowsOfBlock * warp, 0, stream>>>(
      static_cast<const __nv_bfloat16*>(w.tokens), static_cast<const __nv_bfloat16*>(w.branch),
      static_cast<const __nv_bfloat16*>(w.gain), static_cast<const __nv_bfloat16*>(w.bias),
      static_cast<__nv_bfloat16*>(w.sum), static_cast<__nv_bfloat16*>(w.normed), w.rows, w.epsilon);
}

// One kernel by width, so that a row's registers are known when it is compiled.
template <int accesses>
void launchOf(const AddThenNorm& w, cudaStream_t stream) {
  if constexpr (accesses > 0) {
    if (w.width != accesses * columnsOfWarp) {
      launchOf<accesses - 1>(w, stream);
    } else if (w.branch) {
      launch<accesses, true>(w, stream);
    } else {
      launch<accesses, false>(w, stream);
    }
  }
}

}  // namespace

bool addThenNormTakes(std::int64_t width) {
  return width > 0 && width % columnsOfWarp == 0 && width <= mostAccesses * columnsOfWarp;
}

void addThenNorm(const AddThenNorm& work, CUstream_st* stream) {
  if (!addThenNormTakes(work.width)) {
    throw std::runtime_error("no kernel for tokens of width " + std::to_string(work.width));
  }
  launchOf<mostAccesses>(work, stream);
  if (const cudaError_t error = cudaGetLastError(); error != cudaSuccess) {
    throw std::runtime_error(std::string("CUDA refused a kernel: ") + cudaGetErrorString(error));
  }
}

}  // namespace cmr
