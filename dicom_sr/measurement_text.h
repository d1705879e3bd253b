// Measurements in words: the same on the result page, in the report and on the command line.
#pragma once

#include <string>
#include <vector>

#include "analysis/sax_analysis.h"

namespace cmr {

// True when there is a finite value that may be shown.
bool isMeasured(const Measurement& measurement);

// The value as people read it: no digits that the method cannot give (whole numbers from 10 on, one
// decimal below). "not measured" when there is none.
std::string valueText(const Measurement& measurement);

// The UCUM unit as people write it: "mL", "%", "mL/m\u00b2", "/min".
std::string unitText(const Code& unit);

// "81\u2013204", in the digits of valueText; "" without a range or a value.
std::string rangeText(const Measurement& measurement);

// Where the value lies as it is written, so that nobody reads 204 as above 81 to 204.
enum class Beside { within, below, above };
Beside besideRange(const Measurement& measurement);

// One sentence for each source of the ranges that are shown, and one for each reason why one is
// not; empty when no range is known of anything. Only of measurements that are reported.
std::vector<std::string> referenceSources(const SaxAnalysis& analysis);

// "" when good, else one sentence: "Uncertain: ..." or "Not measured: ...".
std::string qualityText(const Measurement& measurement);

// What a reader must know of how a released structure was learnt; "" when nothing.
std::string evidenceText(const PackageIdentity& package, Structure structure);

}  // namespace cmr
