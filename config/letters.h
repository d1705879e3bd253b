// Texts as people read them: letters, not bytes, and upper and lower case of all of them.
#pragma once

#include <string_view>

namespace cmr {

// Without regard to case, of UTF-8 (RFC 3629), in which a byte that is none counts as U+FFFD.
// Knows the case of letters beyond ASCII, whatever the locale of the process, but where the system
// has no C.UTF-8.
bool sameLetters(std::string_view a, std::string_view b);

}  // namespace cmr
