// Whether the series of one study tell the same of the same heart.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace cmr {

// What one analysed series said that another can be compared with. Empty: it gave no such number.
struct StudySeriesNumbers {
  std::string name;  // for people
  bool isShortAxis = false;
  bool isLongAxis = false;
  std::optional<double> lvEfPercent;
  std::optional<double> lvEdvMl;
  std::optional<double> lvSvMl;
  std::optional<double> rvSvMl;
  std::optional<double> heartRateBpm;
};

// Above these a difference is worth a look at the contours. They are this program's own, chosen
// well above what repeated measurements of one heart differ by; no guideline names them.
struct StudyCheckLimits {
  double efPoints = 10;  // percentage points, between two ejection fractions
  double volumeShare = 0.15;
  double volumeMl = 20;            // both have to be exceeded, by volumes of two stacks
  double strokeVolumeShare = 0.3;  // as within one series (sax_checks.h)
  double strokeVolumeMl = 15;      // both have to be exceeded, by the strokes of the two ventricles
  double heartRateShare = 0.2;
};

struct CrossCheck {
  std::string id;  // "ef-sax-lax", "ef-sax-sax", "edv-sax-sax", "heart-rate", "stroke-volumes"
  bool agrees = true;
  std::string text;  // one sentence with both numbers and where they are from
};

// Every pair that can be compared, in the order of the series; nothing for numbers that are absent.
// Heart rates: the pairs that differ, or one sentence, at the end, where all series agree.
std::vector<CrossCheck> crossCheckStudy(const std::vector<StudySeriesNumbers>& series,
                                        const StudyCheckLimits& limits = {});

}  // namespace cmr
