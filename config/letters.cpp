#include "config/letters.h"

#include <algorithm>
#include <array>
#include <locale>
#include <stdexcept>
#include <string>

namespace cmr {
namespace {

constexpr wchar_t replacement = 0xFFFD;

std::size_t lengthBy(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first < 0xE0) return 2;
  if (first >= 0xE0 && first < 0xF0) return 3;
  return first >= 0xF0 && first < 0xF5 ? 4 : 0;
}

struct Letter {
  wchar_t code = replacement;
  std::size_t bytes = 1;
};

// `text` is not empty.
Letter firstOf(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t length = lengthBy(first);
  if (length == 0 || length > text.size()) return {};
  if (length == 1) return {static_cast<wchar_t>(first), 1};
  unsigned int code = first & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0U) != 0x80) return {};
    code = (code << 6) | (next & 0x3FU);
  }
  constexpr std::array<unsigned int, 5> least{0, 0, 0x80, 0x800, 0x10000};  // shortest form
  const bool isSurrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < least[length] || code > 0x10FFFF || isSurrogate) return {};
  return {static_cast<wchar_t>(code), length};
}

std::wstring lettersOf(std::string_view utf8) {
  std::wstring letters;
  letters.reserve(utf8.size());
  while (!utf8.empty()) {
    const Letter letter = firstOf(utf8);
    letters += letter.code;
    utf8.remove_prefix(letter.bytes);
  }
  return letters;
}

const std::locale& localeOfLetters() {
  static const std::locale locale = [] {
    try {
      return std::locale("C.UTF-8");
    } catch (const std::runtime_error&) {
      return std::locale::classic();
    }
  }();
  return locale;
}

}  // namespace

bool sameLetters(std::string_view a, std::string_view b) {
  const auto& kinds = std::use_facet<std::ctype<wchar_t>>(localeOfLetters());
  const std::wstring first = lettersOf(a);
  const std::wstring second = lettersOf(b);
  return std::equal(first.begin(), first.end(), second.begin(), second.end(),
                    [&](wchar_t x, wchar_t y) { return kinds.tolower(x) == kinds.tolower(y); });
}

}  // namespace cmr
