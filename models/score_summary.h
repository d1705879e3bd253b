// From scores of single frames to figures that may be quoted: means, medians, and an interval that
// knows that the frames of one patient resemble each other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cmr {

// One structure in one frame against its reference.
struct OverlapScore {
  std::string patient;
  std::optional<double> dice;    // none: empty against empty
  std::optional<double> hd95Mm;  // none: either is empty
  std::size_t referencePixels = 0;
  std::size_t predictedPixels = 0;
};

struct ScoreSummary {
  std::size_t frames = 0;    // with a Dice
  std::size_t patients = 0;  // of those frames
  double diceMean = 0;       // over frames; NaN without frames, as are all below
  double diceMedian = 0;
  double diceLow = 0;  // 95 % bootstrap interval of the mean; NaN with fewer than two patients
  double diceHigh = 0;
  double hd95MeanMm = 0;
  double hd95MedianMm = 0;
  std::map<std::string, double> diceByPatient;  // means over the patient's frames
  std::size_t bothEmpty = 0;                    // left out of everything above
  std::size_t missed = 0;                       // in the reference, not found: Dice 0, no distance
  std::size_t invented = 0;                     // found, not in the reference: Dice 0, no distance
};

ScoreSummary summarise(const std::vector<OverlapScore>& scores);

// Linear interpolation between neighbouring values; NaN for no values. percent in [0, 100].
double percentileOf(std::vector<double> values, double percent);
double meanOf(const std::vector<double>& values);

// Percentile bootstrap over patients (Efron and Tibshirani, 1993): patients are drawn with
// replacement, each with all of its values, and the mean over the drawn values taken again. The
// same values give the same interval.
struct Interval {
  double low = 0;
  double high = 0;
};
inline constexpr int bootstrapDraws = 2000;
Interval bootstrapMean(const std::map<std::string, std::vector<double>>& valuesByPatient);

}  // namespace cmr
