// End diastole and end systole, from a curve over the whole cardiac cycle.
#pragma once

#include <vector>

namespace cmr {

struct KeyPhases {
  int endDiastole = 0;
  int endSystole = 0;
};

// The largest and the smallest value of a curve that closes on itself (the phase after the last is
// the first). With 8 phases or more the curve is smoothed by 1-2-1 before it is judged, so that one
// flickering frame does not decide; where values are equal the neighbours decide, then the
// earlier phase. Shifting the curve shifts the answer. Throws InputError for an empty curve.
KeyPhases findKeyPhases(const std::vector<double>& curve);

}  // namespace cmr
