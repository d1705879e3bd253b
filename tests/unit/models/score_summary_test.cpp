#include "models/score_summary.h"

#include <gtest/gtest.h>

#include <cmath>

namespace cmr {
namespace {

OverlapScore score(const std::string& patient, double dice) {
  return {patient, dice, 2.0, 100, 100};
}

TEST(ScoreSummary, InterpolatesPercentiles) {
  EXPECT_DOUBLE_EQ(percentileOf({4, 1, 3, 2}, 50), 2.5);
  EXPECT_DOUBLE_EQ(percentileOf({4, 1, 3, 2}, 0), 1);
  EXPECT_DOUBLE_EQ(percentileOf({4, 1, 3, 2}, 100), 4);
  EXPECT_TRUE(std::isnan(percentileOf({}, 50)));
}

TEST(ScoreSummary, AveragesOverFramesAndWithinPatients) {
  const ScoreSummary s = summarise({score("a", 0.9), score("a", 0.7), score("b", 0.5)});
  EXPECT_EQ(s.frames, 3U);
  EXPECT_EQ(s.patients, 2U);
  EXPECT_NEAR(s.diceMean, 0.7, 1e-12);
  EXPECT_NEAR(s.diceMedian, 0.7, 1e-12);
  EXPECT_NEAR(s.diceByPatient.at("a"), 0.8, 1e-12);
  EXPECT_NEAR(s.diceByPatient.at("b"), 0.5, 1e-12);
  EXPECT_DOUBLE_EQ(s.hd95MeanMm, 2.0);
}

TEST(ScoreSummary, LeavesEmptyAgainstEmptyOutAndCountsIt) {
  const ScoreSummary s = summarise({score("a", 0.9),
                                    {"b", std::nullopt, std::nullopt, 0, 0},
                                    {"a", 0.0, std::nullopt, 50, 0},
                                    {"a", 0.0, std::nullopt, 0, 50}});
  EXPECT_EQ(s.bothEmpty, 1U);
  EXPECT_EQ(s.missed, 1U);
  EXPECT_EQ(s.invented, 1U);
  EXPECT_EQ(s.frames, 3U);
  EXPECT_EQ(s.patients, 1U);
  EXPECT_NEAR(s.diceMean, 0.3, 1e-12);
  EXPECT_DOUBLE_EQ(s.hd95MeanMm, 2.0);
}

TEST(ScoreSummary, HasNoFiguresWithoutFrames) {
  const ScoreSummary s = summarise({});
  EXPECT_EQ(s.frames, 0U);
  EXPECT_TRUE(std::isnan(s.diceMean));
  EXPECT_TRUE(std::isnan(s.diceLow));
  EXPECT_TRUE(std::isnan(s.hd95MedianMm));
}

TEST(ScoreSummary, GivesNoIntervalToASinglePatient) {
  const Interval interval = bootstrapMean({{"a", {0.1, 0.9, 0.5}}, {"b", {}}});
  EXPECT_TRUE(std::isnan(interval.low));
  EXPECT_TRUE(std::isnan(interval.high));
}

TEST(ScoreSummary, DrawsPatientsRatherThanFrames) {
  // Ten frames each that agree within the patient: the interval must be that of two values.
  std::map<std::string, std::vector<double>> values;
  values["good"] = std::vector<double>(10, 1.0);
  values["bad"] = std::vector<double>(10, 0.0);
  const Interval interval = bootstrapMean(values);
  EXPECT_DOUBLE_EQ(interval.low, 0.0);
  EXPECT_DOUBLE_EQ(interval.high, 1.0);
}

TEST(ScoreSummary, EnclosesTheMeanAndNarrowsWithMorePatients) {
  const auto intervalOf = [](int patients) {
    std::map<std::string, std::vector<double>> values;
    for (int i = 0; i < patients; ++i) values[std::to_string(i)] = {i % 2 == 0 ? 0.8 : 0.9};
    return bootstrapMean(values);
  };
  const Interval few = intervalOf(6);
  const Interval many = intervalOf(60);
  EXPECT_LT(many.low, 0.85);
  EXPECT_GT(many.high, 0.85);
  EXPECT_LT(many.high - many.low, 0.5 * (few.high - few.low));
  // Analytically 1.96 * 0.05 / sqrt(60) on either side.
  EXPECT_NEAR(many.high - 0.85, 0.01265, 0.003);
}

TEST(ScoreSummary, GivesTheSameIntervalToTheSameScores) {
  const std::map<std::string, std::vector<double>> values{{"a", {0.7}}, {"b", {0.9}}, {"c", {0.6}}};
  EXPECT_DOUBLE_EQ(bootstrapMean(values).low, bootstrapMean(values).low);
  EXPECT_LT(bootstrapMean(values).low, bootstrapMean(values).high);
}

}  // namespace
}  // namespace cmr
