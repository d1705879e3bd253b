// The left ventricle's 16 segments in short-axis images (AHA: Cerqueira et al., Circulation
// 2002;105:539). The 17th, the apical cap, is seen in long-axis images alone.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "analysis/contours.h"
#include "analysis/image_stack.h"
#include "analysis/label_stack.h"
#include "analysis/wall_profile.h"

namespace cmr {

inline constexpr int ahaSegmentCount = 16;

// Said with every list of the others, and never measured.
inline constexpr int ahaApex = 17;
extern const char* const apexNotMeasured;

enum class AhaLevel { basal, mid, apical };

// Where the right ventricle's wall meets the septum, as directions from the LV cavity's centre in
// the sense of WallProfile.
struct SeptumDirections {
  double anteriorRad = 0;
  double inferiorRad = 0;
};

// Directions of two points given in pixels.
SeptumDirections septumDirections(const PlaneGeometry& plane, Point2 centre, Point2 anterior,
                                  Point2 inferior);

// Segment 1 to 16. At base and middle the segments are 60 degrees wide and begin at the anterior
// insertion: anteroseptal, inferoseptal, inferior, inferolateral, anterolateral, anterior. At the
// apex they are 90 degrees wide, the septal one centred on the middle of the two above it. Which
// way round follows from the inferior insertion: the septum is the shorter way to it.
int ahaSegment(AhaLevel level, double directionRad, const SeptumDirections& septum);

// "1 basal anterior" to "16 apical lateral", and "17 apex"
std::string ahaName(int segment);

// Level of each slice whose wall is a closed ring in the phase, from base to apex in three equal
// parts of the distance that they cover; nothing for the others. With fewer than three such
// slices there are no levels.
std::vector<std::optional<AhaLevel>> ahaLevels(const ImageStack& stack, const LabelStack& labels,
                                               int phase);

// Mean of a value per direction (as WallProfile has them) over each segment, over all slices of its
// level: index 0 is segment 1. Nothing for segments without a slice.
class SegmentMeans {
 public:
  void add(AhaLevel level, const SeptumDirections& septum, const std::vector<double>& values);
  std::array<std::optional<double>, ahaSegmentCount> means() const;

 private:
  std::array<double, ahaSegmentCount> sums_{};
  std::array<int, ahaSegmentCount> counts_{};
};

struct SegmentThickness {
  std::optional<double> endDiastoleMm;
  std::optional<double> endSystoleMm;
  std::optional<double> thickeningPercent;  // (ES - ED) / ED
};

// Per segment, from the insertions of every slice at either key phase. Slices without insertions or
// without a closed wall at a phase contribute nothing to it; levels are those at end diastole.
std::array<SegmentThickness, ahaSegmentCount> segmentThickness(
    const ImageStack& stack, const LabelStack& labels, int endDiastole, int endSystole,
    const std::vector<std::optional<SeptumDirections>>& atEndDiastole,
    const std::vector<std::optional<SeptumDirections>>& atEndSystole);

}  // namespace cmr
