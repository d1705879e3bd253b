#include "analysis/unlike_training.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "analysis/errors.h"

namespace cmr {
namespace {

// Two kinds about different means, wide along the first axis and narrow along the others.
torch::Tensor drawn(std::int64_t count, double mean) {
  torch::Tensor rows = torch::randn({count, 8});
  rows.select(1, 0).mul_(5);
  rows.select(1, 1).add_(mean);
  return rows;
}

TrainingLikeness fitted(int directions = 3) {
  torch::manual_seed(2);
  std::vector<int> kinds(400, 0);
  std::fill(kinds.begin() + 200, kinds.end(), 1);
  return fitTrainingLikeness(torch::cat({drawn(200, 0), drawn(200, 40)}), kinds, directions);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

TEST(UnlikeTraining, IsAboutOneForImagesOfTheSameKindsWhateverTheirKind) {
  const TrainingLikeness likeness = fitted();
  EXPECT_NEAR(median(likeness.distances(drawn(200, 0))), 1, 0.15);
  EXPECT_NEAR(median(likeness.distances(drawn(200, 40))), 1, 0.15);
}

TEST(UnlikeTraining, IsMahalanobisDistanceWhenEveryDirectionIsKept) {
  torch::manual_seed(2);
  const torch::Tensor rows = drawn(300, 0);
  const TrainingLikeness likeness = fitTrainingLikeness(rows, std::vector<int>(300, 0), 7);
  const torch::Tensor centred = (rows - rows.mean(0)).to(torch::kFloat64);
  const torch::Tensor inverse = torch::inverse(torch::matmul(centred.t(), centred) / 300);
  const torch::Tensor x = torch::randn({1, 8}) * 4;
  const torch::Tensor off = (x - rows.mean(0)).to(torch::kFloat64);
  const double expected =
      std::sqrt(torch::matmul(torch::matmul(off, inverse), off.t()).item<double>() / 8);
  EXPECT_NEAR(likeness.distances(x)[0], expected, 1e-3 * expected);
}

TEST(UnlikeTraining, GrowsMoreAcrossTheSpreadOfTheTrainingThanAlongIt) {
  const TrainingLikeness likeness = fitted();
  torch::Tensor along = torch::zeros({1, 8});
  along[0][0] = 10;
  torch::Tensor across = torch::zeros({1, 8});
  across[0][5] = 10;
  EXPECT_GT(likeness.distances(across)[0], 3 * likeness.distances(along)[0]);
}

TEST(UnlikeTraining, RefusesKindsOfASingleImage) {
  EXPECT_THROW(fitTrainingLikeness(torch::randn({3, 8}), {0, 0, 1}, 2), InputError);
}

}  // namespace
}  // namespace cmr
