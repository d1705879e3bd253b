#include "dicom_sr/frame_buckets.h"

#include <algorithm>
#include <cmath>

namespace cmr {
namespace {

constexpr double sameSpacing = 1e-3;  // relative
constexpr std::size_t namesPerVerdict = 20;

// A series has one frame of reference (PS3.3 A.1.2.5); anonymisers that give every image its own
// break that, and within a series positions are believed all the same.
bool sameReference(const FrameFacts& a, const FrameFacts& b) {
  return a.source.SeriesInstanceUID == b.source.SeriesInstanceUID ||
         a.FrameOfReferenceUID == b.FrameOfReferenceUID;
}

}  // namespace

bool sameGeometry(const FrameFacts& a, const FrameFacts& b) {
  const auto close = [](double x, double y) { return std::abs(x - y) <= sameSpacing * y; };
  return a.rows == b.rows && a.columns == b.columns && a.StudyInstanceUID == b.StudyInstanceUID &&
         sameReference(a, b) && close(a.plane.rowSpacingMm, b.plane.rowSpacingMm) &&
         close(a.plane.columnSpacingMm, b.plane.columnSpacingMm) &&
         dot(a.plane.rowDirection, b.plane.rowDirection) > sameDirectionCosine &&
         dot(a.plane.columnDirection, b.plane.columnDirection) > sameDirectionCosine;
}

std::vector<Bucket> bucketsOf(std::vector<FrameFacts>& frames) {
  std::vector<Bucket> buckets;
  for (FrameFacts& frame : frames) {
    const auto fits = [&](const Bucket& b) {
      return b.first().source.SeriesInstanceUID == frame.source.SeriesInstanceUID &&
             sameGeometry(b.first(), frame);
    };
    const auto found = std::find_if(buckets.begin(), buckets.end(), fits);
    if (found != buckets.end()) {
      found->frames.push_back(&frame);
    } else {
      buckets.push_back({{&frame}, {}});
    }
  }
  return buckets;
}

double alongNormal(const FrameFacts& frame, const Vec3& normal) {
  return dot(frame.plane.originMm, normal);
}

Slices slicesOf(const Bucket& bucket) {
  const Vec3 normal = planeNormal(bucket.first().plane);
  std::vector<FrameFacts*> sorted = bucket.frames;
  std::stable_sort(sorted.begin(), sorted.end(), [&](const FrameFacts* a, const FrameFacts* b) {
    return alongNormal(*a, normal) < alongNormal(*b, normal);
  });
  Slices slices;
  for (const FrameFacts* frame : sorted) {
    if (slices.empty() ||
        alongNormal(*frame, normal) - alongNormal(*slices.back().front(), normal) >
            samePositionMm) {
      slices.emplace_back();
    }
    slices.back().push_back(frame);
  }
  return slices;
}

std::string describe(const Bucket& bucket) {
  const FrameFacts& f = bucket.first();
  const std::string name =
      f.SeriesDescription.empty() ? f.source.SeriesInstanceUID : "'" + f.SeriesDescription + "'";
  return "series " + name;
}

std::string countOfImages(std::size_t images) {
  return std::to_string(images) + (images == 1 ? " image" : " images");
}

std::vector<std::string> namesOf(const std::vector<FrameFacts*>& frames) {
  std::vector<std::string> names;
  for (const FrameFacts* f : frames) {
    if (names.size() == namesPerVerdict) break;
    names.push_back(f->source.SOPInstanceUID);
  }
  return names;
}

}  // namespace cmr
