#include "analysis/device_memory.h"

#include <c10/util/Exception.h>

#include <algorithm>
#include <array>
#include <new>
#include <string>

namespace cmr {
namespace {

constexpr std::array<const char*, 4> wordsOfWant{"CUDA error: out of memory", "CUDA out of memory",
                                                 "CUBLAS_STATUS_ALLOC_FAILED",
                                                 "DefaultCPUAllocator:"};

}  // namespace

bool isOutOfMemory(const std::exception& error) {
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) return true;
  if (dynamic_cast<const c10::OutOfMemoryError*>(&error) != nullptr) return true;
  const auto* own = dynamic_cast<const c10::Error*>(&error);
  if (own == nullptr) return false;
  const std::string text = own->what_without_backtrace();
  return std::any_of(wordsOfWant.begin(), wordsOfWant.end(),
                     [&](const char* words) { return text.find(words) != std::string::npos; });
}

}  // namespace cmr
