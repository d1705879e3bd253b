// The numbers of results.json for people at a terminal.
#pragma once

#include <string>

namespace cmr {

// One line per measurement that may be reported, with its quality, then flags and provenance.
std::string measurementTable(const std::string& resultsJson);

}  // namespace cmr
