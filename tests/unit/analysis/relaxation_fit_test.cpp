#include "analysis/relaxation_fit.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "analysis/errors.h"

namespace cmr {
namespace {

// 5(3)3 at 60 beats a minute.
const std::vector<double> molliTimes{100, 180, 1100, 1180, 2100, 2180, 3100, 4100};

std::vector<double> recovery(const std::vector<double>& times, double a, double b, double star) {
  std::vector<double> values;
  for (const double t : times) values.push_back(std::abs(a - b * std::exp(-t / star)));
  return values;
}

TEST(FitT1, FindsTheCurveItWasGiven) {
  for (const double t1 : {150.0, 300.0, 450.0, 800.0, 1000.0, 1300.0, 1600.0, 2200.0}) {
    for (const double ratio : {1.85, 2.0, 2.1}) {
      const auto fit = fitT1(molliTimes, recovery(molliTimes, 300, 300 * ratio, t1 / (ratio - 1)));
      ASSERT_TRUE(fit) << t1;
      EXPECT_NEAR(fit->t1Ms, t1, 0.005 * t1) << ratio;
      EXPECT_LT(fit->residual, 0.003);
    }
  }
}

// Law: neither the images' order nor their scale changes T1.
TEST(FitT1, DependsNeitherOnOrderNorOnScale) {
  const std::vector<double> values = recovery(molliTimes, 200, 420, 900);
  const double t1 = fitT1(molliTimes, values)->t1Ms;
  EXPECT_NEAR(
      fitT1({molliTimes.rbegin(), molliTimes.rend()}, {values.rbegin(), values.rend()})->t1Ms, t1,
      0.01);
  std::vector<double> brighter = values;
  for (double& v : brighter) v *= 37;
  EXPECT_NEAR(fitT1(molliTimes, brighter)->t1Ms, t1, 0.01);
}

TEST(FitT1, IsNearlyUnbiasedUnderNoise) {
  std::mt19937_64 rng(1);
  std::normal_distribution<double> noise(0, 4);
  double sum = 0;
  for (int i = 0; i < 400; ++i) {
    std::vector<double> values = recovery(molliTimes, 200, 420, 1000);
    for (double& v : values) v = std::abs(v + noise(rng));
    sum += fitT1(molliTimes, values).value().t1Ms / 400;
  }
  EXPECT_NEAR(sum, 1100, 11);
}

// A signal that rises as a line has any time constant that is long enough: the longest one that is
// tried would give 1 s here, with a residual of 3 %.
TEST(FitT1, HasNothingToSayWhereTheImagesDoNotTellHowFastTheyRecover) {
  std::vector<double> line;
  for (const double t : molliTimes) line.push_back(std::abs(0.05 * t - 50));
  EXPECT_FALSE(fitT1(molliTimes, line));
}

TEST(FitT1, HasNothingToSayOfNoRecoveryAndRefusesTooFewImages) {
  EXPECT_FALSE(fitT1(molliTimes, std::vector<double>(8, 0.0)));
  EXPECT_THROW(fitT1({100, 200, 300}, {1, 2, 3}), InputError);
  EXPECT_THROW(fitT1({100, 100, 100, 100}, {1, 2, 3, 4}), InputError);
  EXPECT_THROW(fitT1({100, 200, 300, 400}, {1, 2, 3}), InputError);
}

TEST(FitT2, FindsTheDecayItWasGiven) {
  for (const double t2 : {30.0, 45.0, 60.0, 120.0, 250.0}) {
    const std::vector<double> times{0, 25, 55, 80};
    std::vector<double> values;
    std::vector<double> lifted;
    for (const double t : times) {
      values.push_back(500 * std::exp(-t / t2));
      lifted.push_back(values.back() + 40);
    }
    EXPECT_NEAR(fitT2(times, values)->t2Ms, t2, 0.005 * t2);
    EXPECT_NEAR(fitT2(times, lifted, T2Model::threeParameters)->t2Ms, t2, 0.01 * t2);
    EXPECT_GT(fitT2(times, lifted)->t2Ms, 1.05 * t2);  // what the offset is for
  }
  EXPECT_FALSE(fitT2({0, 25, 55}, {100, 100, 100}));
  EXPECT_THROW(fitT2({0, 25}, {2, 1}), InputError);
}

TEST(FitT1Map, FitsWhatIsAboveTheBackgroundAndNamesAMissingTime) {
  ImageStack stack;
  stack.rows = 1;
  stack.columns = 3;
  stack.sliceCount = 1;
  stack.phaseCount = 8;
  const std::vector<double> muscle = recovery(molliTimes, 200, 420, 1000);
  const std::vector<double> blood = recovery(molliTimes, 300, 620, 1500);
  for (std::size_t i = 0; i < 8; ++i) {
    StackFrame frame;
    frame.pixels = {static_cast<float>(muscle[i]), 1, static_cast<float>(blood[i])};
    frame.timing.inversionTimeMs = molliTimes[i];
    stack.frames.push_back(std::move(frame));
  }
  const FittedMap map = fitT1Map(stack, 0);
  EXPECT_NEAR(map.milliseconds[0], 1100, 4);
  EXPECT_EQ(map.milliseconds[1], 0);
  EXPECT_TRUE(std::isnan(map.residual[1]));
  EXPECT_NEAR(map.milliseconds[2], 1600, 6);
  EXPECT_EQ(map.tried, 2U);
  stack.frames[3].timing.inversionTimeMs.reset();
  EXPECT_THROW(fitT1Map(stack, 0), InputError);
}

}  // namespace
}  // namespace cmr
