// What LibTorch throws when the memory of the machine or of a GPU gives out. It says so in more
// than one way, and no LibTorch type is needed by whoever asks.
#pragma once

#include <exception>

namespace cmr {

// std::bad_alloc; c10::OutOfMemoryError of a GPU's allocator, which has given back what it held in
// reserve before it throws; and errors that only their text tells: of the driver, of cuBLAS, and of
// LibTorch's allocator of ordinary memory (c10/core/impl/alloc_cpu.cpp).
bool isOutOfMemory(const std::exception& error);

}  // namespace cmr
