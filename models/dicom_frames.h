// Training frames from DICOM series with expert contours (see contoured_series.h for the files).
#pragma once

#include <string>
#include <vector>

#include "models/training_frame.h"

namespace cmr {

// images: a folder of one series; contours: the folder of its contour files. One frame for each
// image with an endocardial contour, in the order of instance numbers, meaning of allowed and known
// as for PNG frames. A patient of whom two phases were drawn (and no slice has more) gets them
// marked: end diastole is the one with the larger cavities. Files that end in "-auto.txt" are the
// semi-automatic contours of the pig, whose five most basal slices (instances up to 100) are not
// anatomical and are left out. Throws InputError naming what is missing or broken.
std::vector<TrainingFrame> readDicomFrames(const std::string& images, const std::string& contours,
                                           const std::string& patient);

}  // namespace cmr
