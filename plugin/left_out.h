// Images that belong to the series that was measured, and are not among what was measured: its
// volumes may lack a slice, which no later check can see.
#pragma once

#include <string>
#include <vector>

#include "analysis/sax_analysis.h"
#include "dicom_sr/source.h"

namespace cmr {

struct LeftOut {
  std::string sentence;  // empty: nothing is left out
  // Reading stopped at a ceiling of this program or for lack of memory: what was measured is the
  // beginning of something, and nobody knows how much of it.
  bool isCutShort = false;
};

// Whether other stacks of the same series are images that the chosen one lacks. A series of long
// axes, of maps, or of late enhancement in magnitude and phase holds several stacks by right.
enum class OtherStacks { areMissed, areOthers };

// One sentence about images of the chosen stack's own series that form another stack (another
// plane, field or grid), and about files that could not be read. Of a file that cannot be read
// nobody knows the series, so that in a folder of several series it is doubted all the same.
LeftOut whatIsLeftOut(const std::vector<SeriesStack>& stacks, std::size_t chosen,
                      const std::vector<Verdict>& verdictsOfReading,
                      OtherStacks others = OtherStacks::areMissed);

// A warning for each acquisition that was repeated: of its runs one is read.
std::vector<Flag> flagsOfRepeats(const std::vector<Verdict>& verdictsOfReading);

// Makes what was measured on the images uncertain for that reason, and flags it. Where reading was
// cut short there are no numbers and no curves at all. Heart rate and body surface stay.
void doubtForWhatIsLeftOut(SaxAnalysis& analysis, const LeftOut& leftOut);

}  // namespace cmr
