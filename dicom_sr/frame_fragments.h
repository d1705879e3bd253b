// Which fragments of encapsulated pixel data make up which frame (PS3.5 A.4).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace cmr {

using Fragments = std::vector<std::span<const std::uint8_t>>;

// For each frame the index of its first fragment. One frame has all fragments, and as many
// fragments as frames are one each; else the Basic Offset Table tells (32 bit, little endian,
// counted from the first fragment's item tag), or without one the fragments that begin a JPEG 2000
// codestream or file. Throws VerdictError: "truncated-pixels" when there are fewer fragments than
// frames, "broken-pixels" when they cannot be told apart for certain.
std::vector<std::size_t> firstFragments(std::span<const std::uint8_t> offsetTable,
                                        const Fragments& fragments, std::size_t frames);

}  // namespace cmr
