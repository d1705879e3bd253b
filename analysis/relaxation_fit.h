// T1 from inversion recovery images and T2 from images after preparations, pixel by pixel.
//
// T1: S(TI) = A - B exp(-TI / T1*), the Look-Locker recovery of MOLLI (Messroghli et al., MRM
// 2004;52:141), with T1 = T1* (B / A - 1) (Deichmann and Haase, JMR 1992;96:608). Magnitude images
// have lost the sign: the first k of the images in the order of TI are turned negative, k being
// that of the best fit (Nekolla et al., JCAT 1992;16:327).
// T2: S(TE) = A exp(-TE / T2), with an offset C where it is asked for (Giri et al., JCMR
// 2009;11:56).
//
// Both are linear but for one time constant: A and B have a closed form at each candidate of it,
// and the best candidate of a grid is refined by golden section (variable projection: Golub and
// Pereyra, SIAM J Numer Anal 1973;10:413). No start value, no divergence.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "analysis/image_stack.h"

namespace cmr {

struct T1Fit {
  double t1Ms = 0;
  double t1StarMs = 0;
  double a = 0;
  double b = 0;
  double residual = 0;  // root mean square of what the curve leaves over, as a share of |A|
};

// times: at least four, not all equal, at or above 0; values: magnitudes of the same number.
// Nothing where there is no signal, no recovery (B <= A), a time constant at an end of what is
// tried (30 to 5000 ms), which says that the times do not tell it, or a T1 outside 50 to 5000 ms.
// Throws InputError for lists that are no such.
std::optional<T1Fit> fitT1(const std::vector<double>& timesMs, const std::vector<double>& values);

struct T2Fit {
  double t2Ms = 0;
  double a = 0;
  double offset = 0;
  double residual = 0;  // as a share of A
};

enum class T2Model { twoParameters, threeParameters };

// At least three times, with an offset four; as above. A T2 outside 5 to 1000 ms is none.
std::optional<T2Fit> fitT2(const std::vector<double>& timesMs, const std::vector<double>& values,
                           T2Model model = T2Model::twoParameters);

// Largest residual of a pixel that a map holds. A choice of ours: noise at a signal twenty times as
// large leaves 0.05, images that moved against each other leave several tenths.
inline constexpr double largestResidual = 0.15;

// A fitted map on the images' grid; where nothing could be fitted, or the curve misses the images
// by more than largestResidual, the value is 0. The residual is not a number where there is no
// curve.
struct FittedMap {
  std::vector<float> milliseconds;
  std::vector<float> residual;
  std::size_t fitted = 0;
  std::size_t poor = 0;   // left out for their residual; not among the fitted
  std::size_t tried = 0;  // pixels above the background
};

// One slice whose phases are the images: inversion times from timing.inversionTimeMs, preparation
// times from timing.echoTimeMs. Pixels whose brightest value is below a twentieth of the slice's 99
// % quantile are background and not tried. Throws InputError naming what is missing.
FittedMap fitT1Map(const ImageStack& stack, int slice);
FittedMap fitT2Map(const ImageStack& stack, int slice, T2Model model = T2Model::twoParameters);

// All slices: a stack with one image at each place, in ms, with the timing and source of the first
// image there.
struct FittedStack {
  ImageStack map;
  std::size_t fitted = 0;
  std::size_t poor = 0;
  std::size_t tried = 0;
};
FittedStack fitT1Stack(const ImageStack& stack);
FittedStack fitT2Stack(const ImageStack& stack, T2Model model = T2Model::twoParameters);

}  // namespace cmr
