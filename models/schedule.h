// How a quantity changes over the steps of a run.
#pragma once

#include <cstdint>

namespace cmr {

// Half a cosine from `from` at step 0 to `to` at step `steps`, and `to` afterwards.
double cosineBetween(double from, double to, std::int64_t step, std::int64_t steps);

// A straight line from `from` at step 0 to `to` at step `steps`, and `to` afterwards.
double lineBetween(double from, double to, std::int64_t step, std::int64_t steps);

// A learning rate: a straight line up to `peak` over the warm-up, then half a cosine down to
// finalShare * peak at step `steps`.
double warmupCosine(double peak, double finalShare, std::int64_t step, std::int64_t warmupSteps,
                    std::int64_t steps);

}  // namespace cmr
