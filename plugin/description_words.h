// Words in descriptions of series, however they are spelled.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace cmr {

// Lower case, letters and digits only: "LV_3CH FIESTA" becomes "lv3chfiesta".
std::string squeezed(const std::string& text);

bool holdsAny(const std::string& text, std::initializer_list<std::string_view> parts);

// Whether one of the backslash-separated values is this one.
bool hasValue(const std::string& multiple, std::string_view value);

}  // namespace cmr
