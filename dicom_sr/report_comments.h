// What the report says in words: quality, reasons, flags, reservations.
#pragma once

#include <string>
#include <vector>

#include "analysis/sax_analysis.h"

namespace cmr {

// One sentence or two each, in the order of reading.
std::vector<std::string> reportComments(const SaxAnalysis& analysis);

// How a number was computed, from how many images, and how far it can be trusted.
std::string methodSentence(const Measurement& measurement);

}  // namespace cmr
