// Texts as people read them: letters, not bytes, and upper and lower case of all of them.
#pragma once

#include <locale>
#include <string>
#include <string_view>

namespace cmr {

// Of UTF-8 (RFC 3629); a byte that is none becomes U+FFFD.
std::wstring lettersOf(std::string_view utf8);

// Knows the case of letters beyond ASCII, whatever the locale of the process; the classic one where
// the system has no C.UTF-8.
const std::locale& localeOfLetters();

// Without regard to case.
bool sameLetters(std::string_view a, std::string_view b);

}  // namespace cmr
