// Landmarks that somebody marked on frames: a CSV table with the columns frame, landmark, column
// and row, in pixels, (0, 0) being the first pixel's middle.
#pragma once

#include <map>
#include <string>

#include "models/dense_samples.h"

namespace cmr {

// By frame, then by landmark of the task `landmarks`.
using LandmarkMarks = std::map<std::string, std::map<std::string, ImagePoint>>;

// Throws InputError naming file and line for what is no such table, or no landmark.
LandmarkMarks readLandmarkMarks(const std::string& path);

}  // namespace cmr
