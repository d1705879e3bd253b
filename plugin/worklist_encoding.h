// Whether the archive's answers to scanners can hold every name.
#pragma once

#include <string>

namespace cmr {

// configuration: the archive's, as JSON. Empty: its DefaultEncoding, in which it writes answers,
// has every letter. Otherwise what to do: it silently leaves out what it does not have.
std::string worklistEncodingWarning(const std::string& configuration);

}  // namespace cmr
