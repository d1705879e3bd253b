// From first looks at the whole field to the line along which the left ventricle runs: candidates,
// and how much what is then seen there looks like a left ventricle. No LibTorch here.
#pragma once

#include <span>
#include <vector>

#include "analysis/frame_sampling.h"
#include "analysis/frame_segmenter.h"
#include "analysis/heart_axis.h"

namespace cmr {

// Of the crop's width, between the places of a search over the whole field.
inline constexpr double searchStride = 0.35;
// The crop is moved onto the cavity that it shows until it rests.
inline constexpr int largestMoves = 4;
inline constexpr double restingMm = 3;

// The frames that a search looks at: every slice at two phases a third of the cycle apart, of which
// one is well filled.
std::vector<FrameKey> scoutFrames(const ImageStack& stack);
// Of these the middle half, thinned out to a few that are worth a pass for every place.
std::vector<FrameKey> probesAmong(const std::vector<FrameKey>& scouts);

struct LocatedCentre {
  double column = 0;  // in cells of the grid, the centre of the first cell is 0
  double row = 0;
  double presence = 0;  // of this place: the share of probability that lies about it
};

// The most probable places, best first: each the expectation over the 3x3 cells around a peak, none
// within two cells of a better one. probabilities: gridRows * gridColumns cells, then one more for
// "no left ventricle here". At least one place comes back.
std::vector<LocatedCentre> likelyCentres(std::span<const float> probabilities, int gridRows,
                                         int gridColumns, int count);

// One frame's first look.
struct FieldLook {
  FrameKey frame;
  PixelMap map;                      // field picture to source pixels
  std::vector<float> probabilities;  // as likelyCentres wants them
};

// Lines that may be the heart's axis, best guess first: through the places seen in each slice, and
// parallel to the normal through the places that the slices together find likely. cellSize: pixels
// of the field picture per cell.
std::vector<HeartAxis> candidateAxes(const std::vector<FieldLook>& looks, int gridRows,
                                     int gridColumns, int cellSize, const ImageStack& stack);

// Axes parallel to the normal through a grid of places over the whole field, the middle first: for
// a search when none of the candidates looks like a heart. strideMm: between neighbouring places.
std::vector<HeartAxis> axesOverField(const ImageStack& stack, double strideMm);

// Centres of the largest part of the cavity in those frames, weighted by size, confidence and how
// far myocardium surrounds it; frames without a cavity are left out.
std::vector<CentreObservation> cavityCentres(const ImageStack& stack, const Segmentation& seen,
                                             std::span<const FrameKey> frames);

// Mean over the frames of (confidence in the cavity * share of it that myocardium surrounds), 0 to
// 1: near 1 on a left ventricle, small elsewhere.
double heartLikeness(const ImageStack& stack, const Segmentation& seen,
                     std::span<const FrameKey> frames);

// Largest distance between two axes over the slices of the stack.
double axisDistanceMm(const HeartAxis& a, const HeartAxis& b, const ImageStack& stack);

}  // namespace cmr
