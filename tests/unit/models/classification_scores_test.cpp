#include "models/classification_scores.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace cmr {
namespace {

ClassifiedImage image(const std::string& subject, ClassSet allowed, std::vector<double> p,
                      const std::string& series = "") {
  return {"i", series.empty() ? subject : series, subject, false, allowed, std::move(p)};
}

TEST(ClassificationScores, CountWhatIsRightAmongTheClassesThatAnImageMayBe) {
  EXPECT_TRUE(isRight(image("a", 0b001, {0.6, 0.3, 0.1})));
  EXPECT_FALSE(isRight(image("a", 0b010, {0.6, 0.3, 0.1})));
  EXPECT_TRUE(isRight(image("a", 0b011, {0.3, 0.6, 0.1})));
}

TEST(ClassificationScores, WeighEveryClassAlikeInTheBalancedAccuracy) {
  std::vector<ClassifiedImage> images;
  for (int i = 0; i < 9; ++i) images.push_back(image("a", 0b01, {0.9, 0.1}));
  images.push_back(image("b", 0b10, {0.9, 0.1}));
  images.push_back(image("b", 0b11, {0.9, 0.1}));  // of either class: not counted there
  const ClassificationSummary s = summarise(images, 2);
  EXPECT_DOUBLE_EQ(s.accuracy, 10.0 / 11);
  EXPECT_DOUBLE_EQ(s.balancedAccuracy, 0.5);
  EXPECT_EQ(s.imagesOfClass, (std::vector<std::size_t>{9, 1}));
  EXPECT_EQ(s.subjects, 2U);
}

TEST(ClassificationScores, LeaveAbsentClassesOutOfTheBalancedAccuracy) {
  const ClassificationSummary s = summarise({image("a", 0b001, {0.9, 0.1, 0})}, 3);
  EXPECT_DOUBLE_EQ(s.balancedAccuracy, 1);
  EXPECT_TRUE(std::isnan(s.recall[2]));
}

// Of six pairs four in the right order and one tied: 4.5 of 6.
TEST(ClassificationScores, MeasureTheAreaUnderTheCurveWithTiesForOneHalf) {
  const std::vector<ClassifiedImage> images{
      image("a", 0b01, {0.9, 0.1}), image("b", 0b01, {0.4, 0.6}),
      image("c", 0b10, {0.4, 0.6}), image("d", 0b10, {0.5, 0.5}),
      image("e", 0b10, {0.1, 0.9}), image("f", 0b11, {0.0, 1.0})};  // of either class: no pair
  const ClassificationSummary s = summarise(images, 2);
  EXPECT_DOUBLE_EQ(s.areaOfClass[0], 4.5 / 6);
  EXPECT_DOUBLE_EQ(s.areaOfClass[1], 4.5 / 6);
  EXPECT_DOUBLE_EQ(s.area, 4.5 / 6);
  EXPECT_LE(s.areaInterval.low, s.area);
  EXPECT_GE(s.areaInterval.high, s.area);
}

TEST(ClassificationScores, HaveNoAreaWhereOneSideIsMissing) {
  const ClassificationSummary s =
      summarise({image("a", 0b001, {0.9, 0.1, 0}), image("b", 0b001, {0.5, 0.5, 0})}, 3);
  EXPECT_TRUE(std::isnan(s.area));
  EXPECT_TRUE(std::isnan(s.areaOfClass[2]));
  const double inverted =
      summarise({image("a", 0b01, {0.2, 0.8}), image("b", 0b10, {0.7, 0.3})}, 2).area;
  EXPECT_DOUBLE_EQ(inverted, 0);
}

// 80 % sure and right in 80 of 100: no error. 80 % sure and always wrong: 0.8.
TEST(ClassificationScores, MeasureHowFarConfidenceLiesFromAccuracy) {
  std::vector<ClassifiedImage> images;
  for (int i = 0; i < 100; ++i) {
    images.push_back(image(std::to_string(i), i < 80 ? 0b01 : 0b10, {0.8, 0.2}));
  }
  EXPECT_NEAR(summarise(images, 2).calibrationError, 0, 1e-12);
  for (ClassifiedImage& one : images) one.allowed = 0b10;
  EXPECT_NEAR(summarise(images, 2).calibrationError, 0.8, 1e-12);
}

TEST(ClassificationScores, GiveNoIntervalForOneSubjectAndOneForMany) {
  EXPECT_TRUE(std::isnan(summarise({image("a", 1, {1, 0})}, 2).accuracyInterval.low));
  std::vector<ClassifiedImage> images;
  for (int i = 0; i < 20; ++i) {
    images.push_back(image(std::to_string(i), i % 4 == 0 ? 0b10 : 0b01, {0.9, 0.1}));
  }
  const ClassificationSummary s = summarise(images, 2);
  EXPECT_LT(s.accuracyInterval.low, 0.75);
  EXPECT_GT(s.accuracyInterval.high, 0.75);
  EXPECT_GT(s.accuracyInterval.low, 0.4);
}

TEST(ClassificationScores, PoolTheImagesOfASeriesToTheMeanOfTheirProbabilities) {
  const auto series =
      pooledBySeries({image("a", 0b01, {0.9, 0.1}, "x"), image("b", 0b10, {0.2, 0.8}, "y"),
                      image("a", 0b01, {0.3, 0.7}, "x")});
  ASSERT_EQ(series.size(), 2U);
  EXPECT_EQ(series[0].series, "x");
  EXPECT_NEAR(series[0].probabilities[0], 0.6, 1e-12);
  EXPECT_TRUE(isRight(series[0]));
}

TEST(ClassificationScores, KeepSeriesOfTwoSubjectsApartThatAreCalledTheSame) {
  const auto series =
      pooledBySeries({image("a", 0b01, {0.9, 0.1}, "cine"), image("b", 0b10, {0.2, 0.8}, "cine")});
  ASSERT_EQ(series.size(), 2U);
  EXPECT_EQ(series[0].subject, "a");
  EXPECT_EQ(series[1].subject, "b");
  EXPECT_TRUE(isRight(series[1]));
}

TEST(ClassificationScores, PoolAllSeriesOfASubject) {
  const auto subjects =
      pooledBySubject({image("a", 0b01, {0.9, 0.1}, "sax"), image("a", 0b01, {0.3, 0.7}, "4ch"),
                       image("b", 0b10, {0.2, 0.8}, "sax"), image("a", 0b01, {0.3, 0.7}, "2ch")});
  ASSERT_EQ(subjects.size(), 2U);
  EXPECT_EQ(subjects[0].subject, "a");
  EXPECT_NEAR(subjects[0].probabilities[0], 0.5, 1e-12);
  EXPECT_TRUE(isRight(subjects[1]));
}

TEST(ClassificationScores, LetASeriesOfSeveralPlanesBeAnyOfThem) {
  const auto series = pooledBySeries(
      {image("a", 0b001, {0.5, 0.2, 0.3}, "x"), image("a", 0b010, {0.1, 0.2, 0.7}, "x")});
  ASSERT_EQ(series.size(), 1U);
  EXPECT_EQ(series[0].allowed, 0b011U);
}

// Logits drawn from a model, then made three times too sure: the temperature undoes that.
TEST(ClassificationScores, FindTheTemperatureThatWasTakenAway) {
  std::mt19937_64 rng(3);
  std::normal_distribution<double> normal(0, 1.5);
  std::vector<std::vector<double>> logits;
  std::vector<ClassSet> allowed;
  for (int i = 0; i < 20000; ++i) {
    const std::vector<double> own{normal(rng), normal(rng), normal(rng)};
    const std::vector<double> p = softmax(own, 1);
    std::discrete_distribution<unsigned> draw(p.begin(), p.end());
    allowed.push_back(ClassSet{1} << draw(rng));
    logits.push_back({3 * own[0], 3 * own[1], 3 * own[2]});
  }
  EXPECT_NEAR(fitTemperature(logits, allowed), 3, 0.1);
  EXPECT_DOUBLE_EQ(fitTemperature({}, {}), 1);
}

}  // namespace
}  // namespace cmr
