// Names that administrators give and that appear in addresses and in metrics.
#pragma once

#include <string_view>

namespace cmr {

// 1 to 64 letters, digits, hyphens, underscores and points.
inline bool isPlainName(std::string_view name) {
  constexpr std::size_t longest = 64;
  constexpr const char* allowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
  return !name.empty() && name.size() <= longest &&
         name.find_first_not_of(allowed) == std::string_view::npos;
}

}  // namespace cmr
