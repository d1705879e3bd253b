// A fuzz target: bytes that may be anything go into one part of the program. Errors of our own
// family are answers; whatever else comes out, and whatever a sanitizer finds, is a bug.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "analysis/errors.h"

namespace cmr::fuzz {

inline std::string_view textOf(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// Calls and takes an error of ours for an answer.
template <typename Call>
void answered(Call&& call) {
  try {
    call();
  } catch (const Error&) {
  }
}

}  // namespace cmr::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
