// Frames that may lie in one stack, on the way from a heap of images to stacks.
#pragma once

#include <string>
#include <vector>

#include "dicom_sr/frame_facts.h"
#include "dicom_sr/phase_order.h"
#include "dicom_sr/source.h"

namespace cmr {

inline constexpr double samePositionMm = 0.1;
inline constexpr double sameDirectionCosine = 0.9999;  // 0.8 degrees

// Frames of one geometry: of one series, later perhaps of one series per slice. Never empty.
struct Bucket {
  std::vector<FrameFacts*> frames;
  std::vector<std::string> notes;
  const FrameFacts& first() const { return *frames.front(); }
};

// Same study, frame of reference, matrix, spacing and orientation.
bool sameGeometry(const FrameFacts& a, const FrameFacts& b);

// Frames of one series and one geometry each, in the order of their first frames.
std::vector<Bucket> bucketsOf(std::vector<FrameFacts>& frames);

double alongNormal(const FrameFacts& frame, const Vec3& normal);

using Slices = std::vector<SliceFrames>;

// Slices in the order of their positions along the common normal.
Slices slicesOf(const Bucket& bucket);

// "series 'cine_sax'"; the UID where there is no description.
std::string describe(const Bucket& bucket);

// "1 image", "2 images"
std::string countOfImages(std::size_t images);

// SOPInstanceUIDs for a verdict, as many as one may name.
std::vector<std::string> namesOf(const std::vector<FrameFacts*>& frames);

}  // namespace cmr
