// The abbreviations under which readers know our measurements, in their order of importance.
#pragma once

#include <cstddef>
#include <string>

#include "analysis/measurement.h"

namespace cmr {

// 0 is the most important; measurements without an abbreviation come last, all alike.
std::size_t importanceOf(const std::string& measurementId);

// "LV EDV", "T1, AHA 8"; "" without one.
std::string shortNameOf(const std::string& measurementId);

// AHA segment 1 to 17 that a measurement is of ("t1.segment.8", "lge.segment.8.percent"); else 0.
int segmentOf(const std::string& measurementId);

}  // namespace cmr
