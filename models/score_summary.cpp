#include "models/score_summary.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace cmr {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr std::uint64_t bootstrapSeed = 20240229;

struct PatientSum {
  double sum = 0;
  double count = 0;
};

}  // namespace

double percentileOf(std::vector<double> values, double percent) {
  if (values.empty()) return nan;
  std::sort(values.begin(), values.end());
  const double at = percent / 100 * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (at - static_cast<double>(below)) * (values[above] - values[below]);
}

double meanOf(const std::vector<double>& values) {
  double sum = 0;
  for (const double v : values) sum += v;
  return values.empty() ? nan : sum / static_cast<double>(values.size());
}

Interval bootstrapMean(const std::map<std::string, std::vector<double>>& valuesByPatient) {
  std::vector<PatientSum> patients;
  for (const auto& [patient, values] : valuesByPatient) {
    if (!values.empty()) {
      patients.push_back({meanOf(values) * static_cast<double>(values.size()),
                          static_cast<double>(values.size())});
    }
  }
  if (patients.size() < 2) return {nan, nan};
  // Plain remainders rather than a distribution, whose draws differ between standard libraries.
  std::mt19937_64 rng(bootstrapSeed);
  std::vector<double> means;
  for (int draw = 0; draw < bootstrapDraws; ++draw) {
    PatientSum drawn;
    for (std::size_t i = 0; i < patients.size(); ++i) {
      const PatientSum& patient = patients[rng() % patients.size()];
      drawn.sum += patient.sum;
      drawn.count += patient.count;
    }
    means.push_back(drawn.sum / drawn.count);
  }
  return {percentileOf(means, 2.5), percentileOf(means, 97.5)};
}

ScoreSummary summarise(const std::vector<OverlapScore>& scores) {
  ScoreSummary summary;
  std::map<std::string, std::vector<double>> byPatient;
  std::vector<double> dice;
  std::vector<double> distances;
  for (const OverlapScore& score : scores) {
    if (!score.dice) {
      ++summary.bothEmpty;
      continue;
    }
    dice.push_back(*score.dice);
    byPatient[score.patient].push_back(*score.dice);
    if (score.hd95Mm) distances.push_back(*score.hd95Mm);
    if (score.predictedPixels == 0) ++summary.missed;
    if (score.referencePixels == 0) ++summary.invented;
  }
  summary.frames = dice.size();
  summary.patients = byPatient.size();
  summary.diceMean = meanOf(dice);
  summary.diceMedian = percentileOf(dice, 50);
  const Interval interval = bootstrapMean(byPatient);
  summary.diceLow = interval.low;
  summary.diceHigh = interval.high;
  summary.hd95MeanMm = meanOf(distances);
  summary.hd95MedianMm = percentileOf(distances, 50);
  for (const auto& [patient, values] : byPatient) summary.diceByPatient[patient] = meanOf(values);
  return summary;
}

}  // namespace cmr
