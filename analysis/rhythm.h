// Whether the beats that a cine was taken over were alike, and whether its header agrees with
// itself about them. A cine puts the beats of many seconds together, slice after slice: where their
// lengths differ, one phase is another moment of the beat in each slice.
#pragma once

#include <optional>
#include <vector>

#include "analysis/image_stack.h"
#include "analysis/measurement.h"

namespace cmr {

struct RhythmLimits {
  // Longest less shortest beat of the slices, as a share of their median: the window within which
  // gated imaging accepts beats (20 %: Paul and Nabi, J Nucl Med Technol 2004;32:179).
  double spread = 0.20;
  // Between the heart rate and the RR interval of one header, as a share of the latter. A choice of
  // ours: rates are rounded to whole beats, and breath-holds change them by a few percent.
  double contradiction = 0.15;
};

struct Rhythm {
  std::optional<Flag> irregular;      // "irregular-rhythm"
  std::optional<Flag> contradictory;  // "heart-rate-contradictory"
};

// Compared between the slices: stated RR intervals, else stated heart rates, else what the trigger
// times span. Within the header of most slices: heart rate against RR interval, and a span of the
// trigger times that is longer than the stated beat (a shorter one is what prospective triggering
// gives). What is not stated is not compared.
Rhythm examineRhythm(const ImageStack& stack, const RhythmLimits& limits = {});

// Makes uncertain what changes with the length of the beats: volumes, ejection, output, rates,
// thickening, strain and the heart rate; of a long axis ejection, annular excursion and strain.
// Mass and thickness at end diastole stay as they are. Where the header contradicts itself, output
// and heart rate have no value.
void doubtForRhythm(const Rhythm& rhythm, std::vector<Measurement>& measurements);

}  // namespace cmr
