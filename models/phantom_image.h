// From a cut and the signals of its tissues to the picture that a scanner would store.
#pragma once

#include <cstdint>
#include <vector>

#include "models/phantom_cut.h"
#include "models/phantom_look.h"
#include "models/phantom_signal.h"

namespace cmr {

// Stored values of signed images: zero lies at mid-grey, as Siemens stores PSIR and velocity.
inline constexpr double signedZero = 2048;

// rows * columns values: magnitude in arbitrary units >= 0; maps in ms; lgePsir and flowPhase in
// 0 .. 4095 about signedZero. frameSeed: noise and flow differ from frame to frame; what stays
// comes from the look.
std::vector<float> renderImage(const PhantomBody& body, const PhantomCut& cut,
                               const ViewPlane& view, const TissueTable& tissues,
                               const SequenceSettings& settings, const PhantomLook& look,
                               double phase, std::uint64_t frameSeed);

}  // namespace cmr
