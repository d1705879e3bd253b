#include "models/finetune_classifier.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "analysis/errors.h"
#include "analysis/network_segmenter.h"
#include "models/evaluate_classifier.h"
#include "models/package_writer.h"
#include "models/token_cache.h"
#include "models/training_likeness.h"
#include "tests/support/test_folder.h"
#include "tests/support/tiny_network.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// Stripes down, stripes across, or a chequered board: told apart by any backbone.
LabelledImage picture(int kind, const std::string& subject, int shift) {
  LabelledImage image;
  image.image = {subject + "-" + std::to_string(kind), tinySize, tinySize, 1, {}};
  for (int y = 0; y < tinySize; ++y) {
    for (int x = 0; x < tinySize; ++x) {
      const bool down = (x + shift) / 4 % 2 == 0;
      const bool across = (y + shift) / 4 % 2 == 0;
      const bool bright = kind == 0 ? down : kind == 1 ? across : down != across;
      image.image.pixels.push_back(bright ? 1.0F : 0.0F);
    }
  }
  image.subject = subject;
  image.series = subject + " kind " + std::to_string(kind);
  image.allowed = ClassSet{1} << static_cast<unsigned>(kind);
  return image;
}

class FinetunedClassifier : public testing::Test {
 protected:
  void SetUp() override {
    own_ = test::ownFolder();
    Network network = seededNetwork(tinyVit());
    network->eval();
    writePackage((own_ / "base").string(), network,
                 {"tiny", "0.1.0", 2.0, tinySize, json::object(), {}});
    for (int s = 0; s < 4; ++s) {
      for (int kind = 0; kind < 3; ++kind) {
        images_.push_back(picture(kind, "subject" + std::to_string(s), s));
        images_.push_back(picture(kind, "subject" + std::to_string(s), s + 2));
      }
    }
    options_.task = "sequence";
    options_.package = (own_ / "base").string();
    options_.output = (own_ / "run").string();
    options_.layers = {2};
    options_.views.augmented = 1;
    options_.views.leastArea = 0.95;
    options_.views.mostArea = 1;
    options_.training.steps = 150;
    options_.training.batch = 32;
    options_.threads = 1;
    options_.precision = "float32";
  }
  void TearDown() override { fs::remove_all(own_); }

  json manifest() const { return json::parse(std::ifstream(own_ / "run/package/manifest.json")); }

  fs::path own_;
  std::vector<LabelledImage> images_;
  ClassifierOptions options_;
};

TEST_F(FinetunedClassifier, IsAddedToACopyOfThePackageWithWhatWasMeasured) {
  finetuneClassifier(options_, images_);
  const json m = manifest();
  EXPECT_EQ(m["version"], "0.2.0");
  const json head = m["heads"]["sequence"];
  ASSERT_EQ(head["classes"].size(), 3U);  // those that were taught, in the task's order
  EXPECT_EQ(head["classes"][1]["name"], "lge");
  EXPECT_EQ(head["classes"][0]["evidence"], "real");
  // A third by chance; the backbone is a small one of random weights.
  EXPECT_GT(head["measured"]["real"]["images"]["accuracy"].get<double>(), 0.5);
  EXPECT_EQ(head["measured"]["real"]["images"]["subjects"], 4);
  EXPECT_FALSE(head["measured"].contains("phantom"));
  EXPECT_EQ(m["training"]["heads"]["sequence"]["trained"]["real images"], 24);
  EXPECT_GT(m["unlikeTraining"]["threshold"].get<double>(), 0);
  EXPECT_NO_THROW(loadNetworkSegmenter((own_ / "run/package").string(), {"float32", 1, 4}));
  EXPECT_TRUE(fs::exists(own_ / "run/series.csv"));
}

TEST_F(FinetunedClassifier, SaysTheSameWhenThePackageIsMeasured) {
  options_.validationSubjects = {"subject0"};
  finetuneClassifier(options_, images_);
  std::vector<LabelledImage> held(images_.begin(), images_.begin() + 6);
  const ClassifierEvaluation found =
      evaluateClassifier((own_ / "run/package").string(), "sequence", held, {"float32", 1});
  const ClassificationSummary s = summarise(found.images, found.classes.size());
  EXPECT_NEAR(
      s.accuracy,
      manifest()["heads"]["sequence"]["measured"]["real"]["images"]["accuracy"].get<double>(),
      1e-9);
  EXPECT_THROW(evaluateClassifier((own_ / "run/package").string(), "view", held, {"float32", 1}),
               PackageError);
}

TEST_F(FinetunedClassifier, RefusesAValidationSubjectWhoIsNotThere) {
  options_.validationSubjects = {"subject0", "subject11"};
  try {
    finetuneClassifier(options_, images_);
    FAIL() << "trained on whom it was to be measured on";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("subject11"), std::string::npos) << error.what();
  }
}

TEST(TrainingLikeness, HasNoLimitWithoutRealImages) {
  ViewTokens tokens;
  std::vector<LabelledImage> images(12);
  torch::manual_seed(4);
  tokens.classTokens = torch::randn({12, 8});
  for (std::size_t i = 0; i < images.size(); ++i) {
    images[i].subject = "s" + std::to_string(i);
    images[i].series = "cine";
    images[i].isPhantom = true;
    images[i].allowed = 1;
    tokens.imageOf.push_back(i);
    tokens.isPlain.push_back(1);
  }
  EXPECT_FALSE(measureLikeness(tokens, images, 2));
  images[3].isPhantom = images[5].isPhantom = false;
  const auto measured = measureLikeness(tokens, images, 2);
  ASSERT_TRUE(measured);
  EXPECT_GT(measured->likeness.threshold, 0);
  // Two subjects' series of one name stay two.
  EXPECT_EQ(measured->manifest.at("distanceOfSeriesLeftOut").size(), 2U);
}

TEST_F(FinetunedClassifier, DoesNotReleaseWhatOnlyDrawnImagesTaught) {
  for (LabelledImage& image : images_) image.isPhantom = image.allowed == 0b100;
  finetuneClassifier(options_, images_);
  const json classes = manifest()["heads"]["sequence"]["classes"];
  EXPECT_EQ(classes[2]["evidence"], "phantom");
  EXPECT_EQ(classes[2]["release"], "off");
  EXPECT_TRUE(manifest()["heads"]["sequence"]["measured"].contains("phantom"));
}

TEST_F(FinetunedClassifier, IsTheSameFromTokensThatWereKept) {
  options_.tokens = (own_ / "tokens.safetensors").string();
  finetuneClassifier(options_, images_);
  const json first = manifest()["heads"]["sequence"];
  fs::remove_all(own_ / "run");
  finetuneClassifier(options_, images_);
  EXPECT_EQ(manifest()["heads"]["sequence"], first);
  ViewTokens tokens;
  EXPECT_FALSE(readTokens(options_.tokens, "another key", tokens));
}

TEST_F(FinetunedClassifier, RefusesImagesOfOneLabelAlone) {
  for (LabelledImage& image : images_) image.allowed = 1;
  EXPECT_THROW(finetuneClassifier(options_, images_), Error);
}

// Of drawn hearts, whose place is known: no search with a network of random weights.
TEST_F(FinetunedClassifier, SeesCropsAboutTheHeartForADisease) {
  for (std::size_t i = 0; i < images_.size(); ++i) {
    images_[i].isPhantom = true;
    images_[i].subject = std::to_string(i);
    images_[i].image.columnSpacingMm = 1;
    images_[i].heart = HeartPlace{16, 16};
  }
  options_.task = "disease";
  finetuneClassifier(options_, images_);
  const json head = manifest()["heads"]["disease"];
  EXPECT_EQ(head["look"], "crop");
  EXPECT_EQ(head["appliesTo"]["sequence"][0], "cine");
  EXPECT_FALSE(manifest().contains("unlikeTraining"));
  images_[0].image.columnSpacingMm = 0;
  EXPECT_THROW(finetuneClassifier(options_, images_), InputError);
}

class ClassifierTrainingBy : public testing::TestWithParam<double> {};

// Real backbones say nearly the same of all images: what tells them apart is small beside it.
TEST_P(ClassifierTrainingBy, LearnsSmallDifferencesOnALargeCommonPart) {
  constexpr std::int64_t width = 384;
  torch::manual_seed(3);
  const torch::Tensor direction = torch::randn({1, width}) * 0.02;
  ViewTokens tokens;
  std::vector<LabelledImage> images(40);
  tokens.pooled = torch::ones({40, 2 * width}) + torch::randn({40, 2 * width}) * 0.02;
  for (std::size_t i = 0; i < images.size(); ++i) {
    images[i].subject = std::to_string(i);
    images[i].allowed = i % 2 == 0 ? 0b01 : 0b10;
    tokens.imageOf.push_back(i);
    tokens.isPlain.push_back(1);
    tokens.pooled[static_cast<std::int64_t>(i)].slice(0, 0, width) +=
        (i % 2 == 0 ? 1 : -1) * direction[0];
  }
  ClassifierTraining training;
  training.steps = 60;
  training.ridge = GetParam();
  PooledHead head =
      trainClassifier({width, {2}, 0, 2}, tokens,
                      balancedSamples(tokens, images, std::vector<bool>(40, true)), training);
  const auto logits = plainLogits(head, tokens, std::vector<bool>(40, true));
  const double apart = GetParam() > 0 ? 0.5 : 2;  // targets of least squares are 0 and 1
  for (std::size_t i = 0; i < images.size(); ++i) {
    EXPECT_GT(i % 2 == 0 ? logits[i][0] - logits[i][1] : logits[i][1] - logits[i][0], apart) << i;
  }
}
INSTANTIATE_TEST_SUITE_P(StepsAndLeastSquares, ClassifierTrainingBy, testing::Values(0, 0.01));

TEST(ClassifierTraining, WeighsRealImagesAsAsked) {
  ViewTokens tokens;
  std::vector<LabelledImage> images(3);
  for (std::size_t i = 0; i < images.size(); ++i) {
    images[i].subject = std::to_string(i);
    images[i].isPhantom = i > 0;
    images[i].allowed = i < 2 ? 1 : 2;
    tokens.imageOf.push_back(i);
  }
  const auto samples = balancedSamples(tokens, images, {true, true, true}, 3);
  EXPECT_NEAR(samples[0].weight, 0.75, 1e-12);
  EXPECT_NEAR(samples[1].weight, 0.25, 1e-12);
  EXPECT_NEAR(samples[2].weight, 1, 1e-12);  // nothing real beside it
}

TEST(ClassifierTraining, DrawsEveryLabelAndEverySubjectAlike) {
  ViewTokens tokens;
  std::vector<LabelledImage> images;
  const auto add = [&](const std::string& subject, ClassSet allowed, int views) {
    LabelledImage image;
    image.subject = subject;
    image.allowed = allowed;
    images.push_back(image);
    for (int v = 0; v < views; ++v) tokens.imageOf.push_back(images.size() - 1);
  };
  add("a", 1, 9);
  add("b", 1, 1);
  add("a", 2, 3);
  double first = 0;
  double ofA = 0;
  double all = 0;
  for (const ViewSample& s : balancedSamples(tokens, images, {true, true, true})) {
    all += s.weight;
    if (s.allowed == 1) first += s.weight;
    if (s.view < 9) ofA += s.weight;
  }
  EXPECT_NEAR(first / all, 0.5, 1e-12);
  EXPECT_NEAR(ofA / first, 0.5, 1e-12);
}

}  // namespace
}  // namespace cmr
