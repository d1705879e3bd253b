// A cine that was acquired more than once and came as one series: the runs lie at the same places
// and moments, and mixed together they would look like one cine of more phases.
#pragma once

#include <vector>

#include "dicom_sr/frame_buckets.h"
#include "dicom_sr/verdict.h"

namespace cmr {

// Reduces the bucket to its last run where every place has equally many runs of equally many
// images; the others get the verdict "repeated-acquisition". A run is what shares an Acquisition
// Number, an acquisition time or a Temporal Position Identifier, or a row of images in the order of
// acquisition or of Instance Numbers in which the time after the R wave rises; runs cover the same
// part of the beat, or count the same phases. Images at one place that differ in inversion or echo
// time are no repetition.
void keepLastRun(Bucket& bucket, std::vector<Verdict>& verdicts);

// Whether the images of one place differ in inversion or echo time.
bool hasSeveralContrasts(const SliceFrames& slice);

// Whether every moment of the beat is there equally often, and more than once, at every place:
// images that no order may join.
bool hasRepeatedMoments(const Slices& slices);
// The same of the numbers that count phases.
bool hasRepeatedPhaseNumbers(const Slices& slices);

}  // namespace cmr
