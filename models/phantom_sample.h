// Training samples drawn on the fly: one picture of a random person in a random scanner, with all
// that is known about it. A function of the seed and the request; 20 to 35 ms each at 256 x 256
// on one core.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/phantom_kind.h"
#include "models/phantom_landmarks.h"

namespace cmr {

// What is not asked for is drawn.
struct PhantomRequest {
  std::optional<PhantomView> view;
  std::optional<PhantomSequence> sequence;  // else one that the view is acquired with
  std::optional<PhantomDisease> disease;
  std::optional<bool> afterContrast;  // of T1 maps and the images behind them; else two in five are
  std::optional<double> phase;  // in [0, 1); else any for cine and flow, diastole for the others
  int rows = 256;
  int columns = 256;
  std::optional<double> spacingMm;  // else such that the field is 300 to 400 mm wide
};

struct PhantomSample {
  int rows = 0;
  int columns = 0;
  double spacingMm = 0;
  // As a scanner stores it: magnitude in arbitrary units, maps in ms, signed images about 2048.
  std::vector<float> image;
  std::vector<std::uint8_t> tissues;  // PhantomTissue of each pixel, the whole field
  std::vector<PhantomLandmark> landmarks;
  PhantomView view = PhantomView::sax;
  PhantomSequence sequence = PhantomSequence::cine;
  PhantomDisease disease = PhantomDisease::normal;
  bool afterContrast = false;
  bool heartHasScar = false;  // anywhere in the heart
  bool scarInSlice = false;   // among this picture's labels, at least 20 mm2
  double phase = 0;
  double ejectionFraction = 0;  // of the LV, what the shape was made for
};

PhantomSample drawPhantom(std::uint64_t seed, const PhantomRequest& request = {});

// The labels of a task, one byte per pixel: values of Structure, and of LongAxisStructure.
std::vector<std::uint8_t> shortAxisLabels(const PhantomSample& sample);
std::vector<std::uint8_t> longAxisLabels(const PhantomSample& sample);

}  // namespace cmr
