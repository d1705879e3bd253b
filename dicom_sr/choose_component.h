// Magnitude, phase and other images of one place are no phases of one cine: they are told apart.
#pragma once

#include <vector>

#include "dicom_sr/frame_buckets.h"
#include "dicom_sr/verdict.h"

namespace cmr {

// The bucket itself where all of it is of one content. Maps become parts of their own. Of the other
// contents the magnitude images stay and the rest gets the verdict "other-component"; where there
// is no magnitude at the places of the rest, or an image beside it does not say what it is, all of
// them get "mixed-components" and no part. Images that do not say what they are and lie where no
// others do are taken for what the others are.
std::vector<Bucket> partsOfOneContent(const Bucket& bucket, std::vector<Verdict>& verdicts);

}  // namespace cmr
