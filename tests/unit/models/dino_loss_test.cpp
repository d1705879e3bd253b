#include "models/dino_loss.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "analysis/errors.h"
#include "models/dino_head.h"

namespace cmr {
namespace {

// The same terms once more, in double precision and one number at a time.
using Row = std::vector<double>;
using Views = std::vector<std::vector<Row>>;  // [view][image][prototype]

Row rowOf(const torch::Tensor& t) {
  Row row;
  for (std::int64_t k = 0; k < t.size(0); ++k) row.push_back(t[k].item<double>());
  return row;
}

Views viewsOf(const torch::Tensor& t) {
  Views views;
  for (std::int64_t v = 0; v < t.size(0); ++v) {
    views.emplace_back();
    for (std::int64_t b = 0; b < t.size(1); ++b) views.back().push_back(rowOf(t[v][b]));
  }
  return views;
}

Row softmaxOf(const Row& logits, const Row& centre, double temperature) {
  Row p;
  double sum = 0;
  for (std::size_t k = 0; k < logits.size(); ++k) {
    p.push_back(std::exp((logits[k] - centre[k]) / temperature));
    sum += p.back();
  }
  for (double& v : p) v /= sum;
  return p;
}

double crossEntropy(const Row& target, const Row& logits, double temperature) {
  const Row p = softmaxOf(logits, Row(logits.size(), 0.0), temperature);
  double sum = 0;
  for (std::size_t k = 0; k < p.size(); ++k) sum -= target[k] * std::log(p[k]);
  return sum;
}

double lossByLoops(const Views& student, const Views& teacher, const Row& centre,
                   double studentTemperature, double teacherTemperature) {
  double sum = 0;
  int pairs = 0;
  for (std::size_t t = 0; t < teacher.size(); ++t) {
    for (std::size_t s = 0; s < student.size(); ++s) {
      if (s == t) continue;
      double ofPair = 0;
      for (std::size_t b = 0; b < student[s].size(); ++b) {
        ofPair += crossEntropy(softmaxOf(teacher[t][b], centre, teacherTemperature), student[s][b],
                               studentTemperature);
      }
      sum += ofPair / static_cast<double>(student[s].size());
      ++pairs;
    }
  }
  return sum / pairs;
}

torch::Tensor cosines(std::vector<std::int64_t> shape) { return torch::rand(shape) * 2 - 1; }

TEST(DinoLoss, AgreesWithLoopsInDoublePrecision) {
  torch::manual_seed(3);
  for (const std::int64_t locals : {0, 1, 6}) {
    const torch::Tensor student = cosines({2 + locals, 3, 11});
    const torch::Tensor teacher = cosines({2, 3, 11});
    const torch::Tensor centre = cosines({11}) * 0.3;
    const double expected =
        lossByLoops(viewsOf(student), viewsOf(teacher), rowOf(centre), 0.1, 0.04);
    const double found =
        classTokenLoss(student, teacherTargets(teacher, centre, 0.04), 0.1).item<double>();
    EXPECT_NEAR(found, expected, 1e-5 * expected) << locals;
  }
}

TEST(DinoLoss, OfAStudentThatKnowsNothingIsTheLogarithmOfThePrototypes) {
  torch::manual_seed(4);
  const torch::Tensor targets = teacherTargets(cosines({2, 3, 64}), torch::zeros({64}), 0.04);
  EXPECT_NEAR(classTokenLoss(torch::zeros({5, 3, 64}), targets, 0.1).item<double>(), std::log(64.0),
              1e-5);
  const torch::Tensor uniform = teacherTargets(torch::zeros({2, 3, 64}), torch::zeros({64}), 0.04);
  EXPECT_NEAR(targetEntropy(uniform).mean, std::log(64.0), 1e-5);
  // Against a uniform teacher the best student is uniform too: log(prototypes) is the least.
  EXPECT_GT(classTokenLoss(cosines({5, 3, 64}), uniform, 0.1).item<double>(), std::log(64.0));
}

TEST(DinoLoss, IsTheTeachersEntropyWhenTheStudentAgrees) {
  torch::manual_seed(5);
  const torch::Tensor one = cosines({1, 4, 9});
  const torch::Tensor logits = torch::cat({one, one});
  const torch::Tensor targets = teacherTargets(logits, torch::zeros({9}), 0.07);
  EXPECT_NEAR(classTokenLoss(logits, targets, 0.07).item<double>(), targetEntropy(targets).mean,
              1e-5);
}

TEST(DinoLoss, NeverComparesAViewWithItself) {
  torch::manual_seed(6);
  const torch::Tensor targets = teacherTargets(cosines({1, 2, 5}), torch::zeros({5}), 0.04);
  const torch::Tensor student = cosines({3, 2, 5}).requires_grad_();
  classTokenLoss(student, targets, 0.1).backward();
  EXPECT_EQ(student.grad()[0].abs().max().item<float>(), 0.0F);
  EXPECT_GT(student.grad()[1].abs().max().item<float>(), 0.0F);
  EXPECT_GT(student.grad()[2].abs().max().item<float>(), 0.0F);
}

TEST(DinoLoss, RefusesASingleViewAndShapesThatDoNotFit) {
  const torch::Tensor targets = torch::full({1, 2, 5}, 0.2);
  EXPECT_THROW(classTokenLoss(torch::zeros({1, 2, 5}), targets, 0.1), InputError);
  EXPECT_THROW(classTokenLoss(torch::zeros({3, 1, 5}), targets, 0.1), InputError);
  EXPECT_THROW(classTokenLoss(torch::zeros({3, 2, 4}), targets, 0.1), InputError);
}

TEST(DinoTargets, GiveTheTeacherNoGradient) {
  const torch::Tensor logits = torch::zeros({2, 2, 5}).requires_grad_();
  EXPECT_FALSE(teacherTargets(logits, torch::zeros({5}), 0.04).requires_grad());
}

TEST(DinoTargets, LoseWhatAllHaveInCommonToTheCentre) {
  torch::manual_seed(7);
  const torch::Tensor logits = cosines({2, 40, 6}) * 0.01;
  torch::Tensor shifted = logits.clone();
  shifted.select(2, 3) += 0.9;  // one prototype draws everything
  const TargetEntropy collapsing = targetEntropy(teacherTargets(shifted, torch::zeros({6}), 0.04));
  EXPECT_LT(collapsing.ofMean, 0.1);
  const torch::Tensor centre = movedCentre(torch::zeros({6}), shifted, 0.0);
  const TargetEntropy centred = targetEntropy(teacherTargets(shifted, centre, 0.04));
  EXPECT_GT(centred.ofMean, 0.99 * std::log(6.0));
}

TEST(DinoTargets, OfOneSharpPrototypeEachAreSharpAloneAndSpreadTogether) {
  const torch::Tensor targets = teacherTargets(torch::eye(8).unsqueeze(0), torch::zeros({8}), 0.04);
  EXPECT_LT(targetEntropy(targets).mean, 1e-6);
  EXPECT_NEAR(targetEntropy(targets).ofMean, std::log(8.0), 1e-5);
}

TEST(DinoCentre, FollowsTheMeanOfTheTeachersLogits) {
  torch::manual_seed(8);
  const torch::Tensor logits = cosines({2, 3, 4});
  const torch::Tensor centre = cosines({4});
  const torch::Tensor moved = movedCentre(centre, logits, 0.9);
  const Views views = viewsOf(logits);
  for (std::size_t k = 0; k < 4; ++k) {
    double mean = 0;
    for (const auto& view : views) {
      for (const Row& row : view) mean += row[k] / 6;
    }
    const auto at = static_cast<std::int64_t>(k);
    EXPECT_NEAR(moved[at].item<double>(), 0.9 * centre[at].item<double>() + 0.1 * mean, 1e-6);
  }
}

TEST(MaskedPatchLoss, AgreesWithLoopsAndWeighsPicturesAlike) {
  torch::manual_seed(9);
  const torch::Tensor student = cosines({5, 7});
  const torch::Tensor teacher = cosines({5, 7});
  const torch::Tensor centre = cosines({7}) * 0.2;
  // Two pictures, of which one has four masked patches and the other one.
  const torch::Tensor weights = torch::tensor({0.25F, 0.25F, 0.25F, 0.25F, 1.0F});
  double expected = 0;
  for (std::int64_t i = 0; i < 5; ++i) {
    expected +=
        weights[i].item<double>() / 2 *
        crossEntropy(softmaxOf(rowOf(teacher[i]), rowOf(centre), 0.05), rowOf(student[i]), 0.1);
  }
  EXPECT_NEAR(
      maskedPatchLoss(student, teacherTargets(teacher, centre, 0.05), weights, 0.1).item<double>(),
      expected, 1e-5);
  const torch::Tensor none = torch::zeros({0, 7});
  EXPECT_EQ(maskedPatchLoss(none, none, torch::zeros({0}), 0.1).item<float>(), 0.0F);
}

TEST(KoLeo, AgreesWithLoopsAndGrowsAsFeaturesMeet) {
  torch::manual_seed(10);
  const torch::Tensor features = torch::randn({6, 5});
  double expected = 0;
  for (std::int64_t i = 0; i < 6; ++i) {
    const Row a = rowOf(features[i] / features[i].norm());
    double nearest = 10;
    for (std::int64_t j = 0; j < 6; ++j) {
      if (i == j) continue;
      const Row b = rowOf(features[j] / features[j].norm());
      double square = 0;
      for (std::size_t k = 0; k < a.size(); ++k) square += (a[k] - b[k]) * (a[k] - b[k]);
      nearest = std::min(nearest, std::sqrt(square));
    }
    expected -= std::log(nearest) / 6;
  }
  EXPECT_NEAR(nearestNeighbourSpread(features).item<double>(), expected, 1e-5);
  const torch::Tensor together = torch::ones({1, 5}) + features * 0.01;
  EXPECT_GT(nearestNeighbourSpread(together).item<double>(), expected + 2);
  EXPECT_EQ(nearestNeighbourSpread(features.slice(0, 0, 1)).item<float>(), 0.0F);
}

TEST(KoLeo, StaysANumberWhenFeaturesAreTheSame) {
  torch::Tensor same = torch::ones({4, 5}).requires_grad_();
  const torch::Tensor loss = nearestNeighbourSpread(same);
  loss.backward();
  EXPECT_TRUE(std::isfinite(loss.item<double>()));
  EXPECT_TRUE(torch::isfinite(same.grad()).all().item<bool>());
}

DinoHeadGeometry smallHead() { return {6, 10, 4, 9}; }

TEST(DinoHead, GivesCosinesWhateverTheLengthOfItsPrototypes) {
  torch::manual_seed(11);
  DinoHead head(smallHead());
  const torch::Tensor features = torch::randn({5, 6});
  const torch::Tensor logits = head(features, ComputePrecision::float32);
  EXPECT_EQ(logits.sizes().vec(), (std::vector<std::int64_t>{5, 9}));
  EXPECT_LE(logits.abs().max().item<float>(), 1.00001F);
  const torch::NoGradGuard guard;
  head->prototypes().mul_(7);
  EXPECT_TRUE(torch::allclose(head(features, ComputePrecision::float32), logits, 1e-5, 1e-6));
}

TEST(DinoHead, NamesItsParametersAsThePublishedCodeDoes) {
  const DinoHead head(smallHead());
  const auto parameters = head->named_parameters();
  for (const char* name : {"mlp.0.weight", "mlp.0.bias", "mlp.2.weight", "mlp.2.bias",
                           "mlp.4.weight", "mlp.4.bias", "last_layer.weight_v"}) {
    EXPECT_NE(parameters.find(name), nullptr) << name;
  }
  EXPECT_EQ(parameters.size(), 7U);
}

}  // namespace
}  // namespace cmr
