// How much memory a process holds.
#pragma once

#include <cstdint>

namespace cmr {

// Of proc(5), statm: its second number. 0 when there is no such process.
std::uint64_t residentBytes(int processId);

}  // namespace cmr
