// Images that belong to the series that was measured, and are not among what was measured: its
// volumes may lack a slice, which no later check can see.
#pragma once

#include <string>
#include <vector>

#include "analysis/sax_analysis.h"
#include "dicom_sr/source.h"

namespace cmr {

// One sentence about images of the chosen stack's own series that form another stack (another
// plane, field or grid), and about files that could not be read; empty: there are none. Of a file
// that cannot be read nobody knows the series, so that in a folder of several series it is doubted
// all the same.
std::string whatIsLeftOut(const std::vector<SeriesStack>& stacks, std::size_t chosen,
                          const std::vector<Verdict>& verdictsOfReading);

// A warning for each acquisition that was repeated: of its runs one is read.
std::vector<Flag> flagsOfRepeats(const std::vector<Verdict>& verdictsOfReading);

// Makes volumes, and what follows from them, uncertain for that reason, and flags it.
void doubtForWhatIsLeftOut(SaxAnalysis& analysis, const std::string& sentence);

}  // namespace cmr
