// Measurements in words: the same on the result page, in the report and on the command line.
#pragma once

#include <string>

#include "analysis/sax_analysis.h"

namespace cmr {

// True when there is a finite value that may be shown.
bool isMeasured(const Measurement& measurement);

// The value as people read it: no digits that the method cannot give (whole numbers from 10 on, one
// decimal below). "not measured" when there is none.
std::string valueText(const Measurement& measurement);

// The UCUM unit as people write it: "mL", "%", "mL/m\u00b2", "/min".
std::string unitText(const Code& unit);

// "" when good, else one sentence: "Uncertain: ..." or "Not measured: ...".
std::string qualityText(const Measurement& measurement);

// What a reader must know of how a released structure was learnt; "" when nothing.
std::string evidenceText(const PackageIdentity& package, Structure structure);

}  // namespace cmr
