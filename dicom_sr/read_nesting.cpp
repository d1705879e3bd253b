#include "dicom_sr/read_nesting.h"

#include <cstdint>
#include <limits>
#include <vector>

namespace cmr {
namespace {

constexpr std::size_t never = std::numeric_limits<std::size_t>::max();
constexpr std::size_t headerLength = 8;
constexpr std::uint32_t undefinedLength = 0xFFFFFFFF;

std::uint32_t byteAt(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

std::uint32_t lengthAt(std::string_view bytes, std::size_t at, bool isBigEndian) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    value |= byteAt(bytes, at + i) << (8 * (isBigEndian ? 3 - i : i));
  }
  return value;
}

// (FFFE,E000) opens an item, (FFFE,E00D) closes one of undefined length.
struct ItemTag {
  bool opens = false;
  bool closes = false;
  bool isBigEndian = false;
};

ItemTag itemTagAt(std::string_view bytes, std::size_t at) {
  const std::string_view tag = bytes.substr(at, 4);
  using namespace std::string_view_literals;
  if (tag == "\xFE\xFF\x00\xE0"sv) return {true, false, false};
  if (tag == "\xFE\xFF\x0D\xE0"sv) return {false, true, false};
  if (tag == "\xFF\xFE\xE0\x00"sv) return {true, false, true};
  if (tag == "\xFF\xFE\xE0\x0D"sv) return {false, true, true};
  return {};
}

}  // namespace

bool nestsTooDeeply(std::string_view bytes) {
  std::vector<std::size_t> ends;  // of the open items, outermost first
  for (std::size_t at = bytes.find_first_of("\xFE\xFF");
       at < bytes.size() && bytes.size() - at >= headerLength;
       at = bytes.find_first_of("\xFE\xFF", at + 1)) {
    const ItemTag tag = itemTagAt(bytes, at);
    if (!tag.opens && !tag.closes) continue;
    while (!ends.empty() && ends.back() <= at) ends.pop_back();
    if (tag.closes) {
      if (!ends.empty() && ends.back() == never) ends.pop_back();
      continue;
    }
    const std::uint32_t length = lengthAt(bytes, at + 4, tag.isBigEndian);
    ends.push_back(length == undefinedLength ? never : at + headerLength + length);
    if (ends.size() > deepestNesting) return true;
  }
  return false;
}

}  // namespace cmr
