#include "models/feature_probe.h"

#include <gtest/gtest.h>

#include <cmath>

#include "analysis/errors.h"

namespace cmr {
namespace {

TEST(EffectiveRank, IsTheNumberOfDirectionsUsedAlike) {
  // Plus and minus each axis: centred, and every direction as strong as the other.
  for (const std::int64_t axes : {2, 3, 7}) {
    const torch::Tensor eye = torch::eye(axes, 9);
    EXPECT_NEAR(effectiveRank(torch::cat({eye, -eye}) + 5), static_cast<double>(axes), 1e-6);
  }
}

TEST(EffectiveRank, FallsAsOneDirectionOutweighsTheOthers) {
  const torch::Tensor eye = torch::eye(2);
  const torch::Tensor stretched = torch::cat({eye, -eye}) * torch::tensor({3.0F, 1.0F});
  // Shares 3/4 and 1/4: exp(-(3/4 log 3/4 + 1/4 log 1/4)).
  EXPECT_NEAR(effectiveRank(stretched), std::exp(0.75 * std::log(4 / 3.0) + 0.25 * std::log(4.0)),
              1e-6);
  const torch::Tensor line = torch::arange(5, torch::kFloat32).view({5, 1}) * torch::ones({1, 4});
  EXPECT_NEAR(effectiveRank(line), 1, 1e-4);
  EXPECT_EQ(effectiveRank(torch::ones({5, 4})), 0);
}

TEST(FeatureSpread, IsTheDeviationRelativeToTheFeatures) {
  EXPECT_EQ(featureSpread(torch::ones({5, 4})), 0);
  const torch::Tensor eye = torch::eye(4);
  EXPECT_NEAR(featureSpread(torch::cat({eye, -eye})), 1, 1e-9);
  EXPECT_LT(featureSpread(torch::ones({5, 4}) + 1e-4 * torch::rand({5, 4})), 1e-4);
}

LabelledFeatures twoLabels() {
  torch::manual_seed(2);
  LabelledFeatures set;
  std::vector<torch::Tensor> rows;
  for (int patient = 0; patient < 6; ++patient) {
    for (int image = 0; image < 4; ++image) {
      const int label = image % 2;
      rows.push_back(torch::tensor({label == 1 ? 1.0F : -1.0F, 0.0F, 0.0F}) +
                     0.1 * torch::randn({3}));
      set.labels.push_back(label);
      set.patients.push_back(std::to_string(patient));
    }
  }
  set.features = torch::stack(rows);
  return set;
}

TEST(NearestNeighbours, TellLabelsThatFeaturesTellApart) {
  EXPECT_EQ(nearestNeighbourAccuracy(twoLabels(), 5), 1.0);
  LabelledFeatures noise = twoLabels();
  noise.features = torch::randn({24, 3});
  EXPECT_LT(nearestNeighbourAccuracy(noise, 5), 0.85);
}

TEST(NearestNeighbours, LearnNothingFromTheSamePatient) {
  // Every patient's images are alike and labelled alike, but the next patient's never are.
  LabelledFeatures set;
  std::vector<torch::Tensor> rows;
  for (int patient = 0; patient < 4; ++patient) {
    for (int image = 0; image < 3; ++image) {
      // Patients 0 and 1 lie together, 2 and 3 lie together; each pair has both labels.
      rows.push_back(torch::tensor({patient < 2 ? 1.0F : -1.0F, 0.01F * image}));
      set.labels.push_back(patient % 2);
      set.patients.push_back(std::to_string(patient));
    }
  }
  set.features = torch::stack(rows);
  EXPECT_EQ(nearestNeighbourAccuracy(set, 3), 0.0);
}

TEST(NearestNeighbours, CountRareLabelsAsMuchAsCommonOnes) {
  LabelledFeatures set = twoLabels();
  // Label 1 for two patients only, one image each, and nothing to tell it by.
  set.features = torch::ones({24, 3});
  for (int& label : set.labels) label = 0;
  set.labels[0] = set.labels[4] = 1;
  EXPECT_NEAR(nearestNeighbourAccuracy(set, 20), 0.5, 1e-9);
}

TEST(NearestNeighbours, RefuseLabelsThatCannotBeLearnt) {
  LabelledFeatures set = twoLabels();
  for (int& label : set.labels) label = 0;
  EXPECT_THROW(nearestNeighbourAccuracy(set, 5), InputError);
  set = twoLabels();
  set.labels[0] = 2;
  EXPECT_THROW(nearestNeighbourAccuracy(set, 5), InputError);
}

TEST(Collapse, IsNamedWhereItShows) {
  const ProbeResult healthy{10, 20, 0.5, {}, ""};
  const TargetEntropy targets{3, 7};
  EXPECT_EQ(collapseIn(healthy, targets, 4096), "");
  ProbeResult same = healthy;
  same.spread = 1e-5;
  EXPECT_NE(collapseIn(same, targets, 4096).find("same features"), std::string::npos);
  ProbeResult line = healthy;
  line.rank = 1.1;
  EXPECT_NE(collapseIn(line, targets, 4096).find("one direction"), std::string::npos);
  EXPECT_NE(collapseIn(healthy, {0.01, 0.02}, 4096).find("one prototype"), std::string::npos);
  EXPECT_NE(collapseIn(healthy, {std::log(4096.0), std::log(4096.0)}, 4096).find("no prototype"),
            std::string::npos);
  ProbeResult broken = healthy;
  broken.spread = std::nan("");
  EXPECT_NE(collapseIn(broken, targets, 4096), "");
}

}  // namespace
}  // namespace cmr
