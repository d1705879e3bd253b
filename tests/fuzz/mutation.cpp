#include "tests/fuzz/mutation.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace cmr::fuzz {
namespace {

std::size_t below(std::size_t end, std::mt19937_64& random) {
  return end == 0 ? 0 : random() % end;
}

void overwrite(std::string& input, std::size_t at, std::uint64_t value, std::size_t width) {
  for (std::size_t i = 0; i < width && at + i < input.size(); ++i) {
    input[at + i] = static_cast<char>(value >> (8 * i));
  }
}

void edit(std::string& input, std::mt19937_64& random) {
  constexpr std::array<std::uint64_t, 8> extremes{0,    1,          0x7F,       0x80,
                                                  0xFF, 0x7FFFFFFF, 0xFFFFFFFF, 0x8000000000000000};
  constexpr std::array<std::size_t, 4> widths{1, 2, 4, 8};
  constexpr std::size_t longestPart = 64;
  const std::size_t at = below(input.size(), random);
  const std::size_t part = std::min(1 + below(longestPart, random), input.size() - at);
  switch (below(6, random)) {
    case 0:
      input[at] = static_cast<char>(input[at] ^ (1 << below(8, random)));
      return;
    case 1:
      input[at] = static_cast<char>(random());
      return;
    case 2:
      overwrite(input, at, extremes[below(extremes.size(), random)],
                widths[below(widths.size(), random)]);
      return;
    case 3:
      input.erase(at, part);
      return;
    case 4:
      input.insert(below(input.size(), random), input.substr(at, part));
      return;
    default:
      input.resize(at);
      return;
  }
}

}  // namespace

std::string mutated(std::string input, std::mt19937_64& random) {
  constexpr std::size_t mostEdits = 4;
  for (std::size_t edits = 1 + below(mostEdits, random); edits > 0 && !input.empty(); --edits) {
    edit(input, random);
  }
  return input;
}

}  // namespace cmr::fuzz
