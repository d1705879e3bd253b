// How much of the left ventricle's muscle is enhanced in late enhancement images.
//
// Thresholds: half of the brightest muscle (FWHM: Amado et al., JACC 2004;44:2383), or so many
// standard deviations above the mean of a remote region (5 SD: Bondarenko et al., JCMR 2005;7:481;
// 6 SD: the unbiased one against acute and chronic infarcts, Bulluck et al., JCMR 2016;18:57).
// There is no consensus: every number names its method, threshold and remote region.
//
// Magnitude images count from zero. Phase-sensitive ones are signed: their zero is the value of no
// signal, read from the background, and half of the brightest is meant from there.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "analysis/image_stack.h"
#include "analysis/label_stack.h"
#include "analysis/measurement.h"
#include "analysis/wall_pixels.h"

namespace cmr {

// unknown: FWHM, which counts from the value of no signal, is withheld; thresholds by SD are not.
enum class LgeImage { magnitude, phaseSensitive, unknown };
enum class LgeMethod { fwhm, fiveSd, sixSd };

// Normal muscle, found by itself: of all 60 degree sectors of a slice (each 15 degrees) between
// 0.2 and 0.8 of the wall's depth and with at least 12 pixels, the one with the lowest mean whose
// standard deviation is at most 1.5 times the median of them all: outlines that strayed into lung
// or fat are dark or bright, and uneven. It can be checked: slice, direction and pixels say which.
struct RemoteRegion {
  int slice = 0;
  double fromRad = 0;  // of the sector, in the sense of WallProfile
  double toRad = 0;    // fromRad + 60 degrees, may exceed a turn
  std::vector<std::size_t> pixels;
  double mean = 0;
  double standardDeviation = 0;  // over n - 1
};

// Nothing when no slice has a closed wall with enough pixels.
std::optional<RemoteRegion> remoteRegion(const std::vector<WallPixel>& wall);

// Value of no signal in a phase-sensitive image: the median of the image's rim (a twelfth of its
// width). Nothing where that rim has no noise (it was masked) or nothing in the image lies below
// it, as in images that are none of signed values.
std::optional<double> phaseSensitiveZero(const ImageStack& stack);

struct LgeSegment {
  double percent = 0;               // enhanced share of the segment's area
  double transmuralityPercent = 0;  // mean, over the segment's 7.5 degree steps that hold
                                    // enhancement, of the share of wall enhanced there
};

struct LgeExtent {
  LgeMethod method = LgeMethod::fwhm;
  std::optional<double> threshold;  // in the images' units; nothing: withheld
  std::optional<double> massG;      // nothing for a single slice, which has no thickness
  std::optional<double> percent;    // of the LV muscle
  std::array<std::optional<LgeSegment>, ahaSegmentCount> segments;
  std::vector<std::vector<std::size_t>> enhancedPixels;  // per slice, indices into the frame
  std::string withheld;                                  // why there is no threshold
};

// Enhancement is muscle above the threshold, at the edges of the wall as enhancedWall says. Half of
// the brightest divides any muscle, so that it is taken of what 5 SD call enhanced (95 % quantile
// of that) and is never below 5 SD; where 5 SD find nothing, nothing is enhanced.
LgeExtent lgeExtent(const ImageStack& stack, const LabelStack& labels,
                    const std::vector<WallPixel>& wall, LgeImage kind, LgeMethod method);

// Always the same list: lge.mass.<m> (g) and lge.percent.<m> (%) for m of fwhm, 5sd, 6sd, then, by
// 5 SD, lge.segment.<1..16>.percent and .transmurality. What is withheld says why.
std::vector<Measurement> lgeMeasurements(const ImageStack& stack, const LabelStack& labels,
                                         const std::vector<std::optional<SeptumDirections>>& septum,
                                         LgeImage kind);

}  // namespace cmr
