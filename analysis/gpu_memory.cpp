#include "analysis/gpu_memory.h"

#ifdef CMR_CUDA_KERNELS
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAGuard.h>
#include <cuda_runtime_api.h>
#endif

namespace cmr {

#ifdef CMR_CUDA_KERNELS

std::optional<GpuMemory> takeGpuMemory(const torch::Device& device) {
  if (!device.is_cuda()) return std::nullopt;
  namespace allocator = c10::cuda::CUDACachingAllocator;
  const c10::cuda::CUDAGuard guard(device);
  const auto stats = allocator::getDeviceStats(device.index());
  allocator::resetPeakStats(device.index());
  // The first is the sum over all pools: StatType::AGGREGATE, whose place differs between versions.
  GpuMemory memory;
  memory.reservedBytes = static_cast<std::uint64_t>(stats.reserved_bytes[0].current);
  memory.peakBytes = static_cast<std::uint64_t>(stats.allocated_bytes[0].peak);
  std::size_t free = 0;
  std::size_t total = 0;
  if (cudaMemGetInfo(&free, &total) == cudaSuccess) {
    memory.usedBytes = total - free;
    memory.totalBytes = total;
  }
  return memory;
}

#else

std::optional<GpuMemory> takeGpuMemory(const torch::Device&) { return std::nullopt; }

#endif

}  // namespace cmr
