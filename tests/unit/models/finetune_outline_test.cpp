// The last block of a package's own segmentation head learns; everything else stays what it is.
#include "models/finetune_outline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "analysis/errors.h"
#include "analysis/package_weights.h"
#include "models/extend_package.h"
#include "models/finetune_decoder.h"
#include "models/outline_training.h"
#include "models/package_writer.h"
#include "models/sax_phantom.h"
#include "tests/support/test_folder.h"
#include "tests/support/tiny_network.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

constexpr auto float32 = ComputePrecision::float32;

std::vector<TrainingFrame> drawnFrames(int count = 9) {
  std::vector<TrainingFrame> all;
  for (int i = 0; i < count; ++i) {
    TrainingFrame frame = drawSaxPhantom(static_cast<std::uint64_t>(40 + i), {64, 64, 5.0});
    frame.patient = std::string(1, static_cast<char>('A' + i % 3));
    frame.name = frame.patient + "-IM-" + std::to_string(i);
    frame.source = "sunnybrook";
    all.push_back(std::move(frame));
  }
  return all;
}

class OutlineRun : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = test::ownFolder();
    from_ = (folder_ / "from").string();
    Network network = seededNetwork(tinyVit());
    network->eval();
    drawEveryStructure(network);
    ValidationScore before;
    before.locatorErrorMm = 4.5;
    writePackage(from_, network, {"tiny", "0.1.0", 5.0, tinySize, json::object(), before});
  }
  void TearDown() override { fs::remove_all(folder_); }

  OutlineOptions options(const std::string& name, std::int64_t steps = 60) const {
    OutlineOptions o;
    o.package = from_;
    o.samples = 24;
    o.shared.validationPatients = {"C"};
    o.shared.steps = steps;
    o.shared.crops = 4;
    o.shared.learningRate = 0.01;
    o.shared.validateEvery = 10;
    o.shared.threads = 1;
    o.shared.precision = "float32";
    o.shared.output = (folder_ / name).string();
    return o;
  }

  // Long enough to do better than at the start.
  OutlineOptions longer(const std::string& name) const {
    OutlineOptions o = options(name, 300);
    o.samples = 60;
    o.shared.learningRate = 0.02;
    o.shared.validateEvery = 50;
    o.shared.phantomShare = 0;
    return o;
  }

  std::string packageOf(const std::string& name) const {
    return (folder_ / name / "package").string();
  }

  fs::path folder_;
  std::string from_;
};

bool isOutline(const std::string& name) {
  return name.rfind("up1.", 0) == 0 || name.rfind("classify.", 0) == 0;
}

TEST_F(OutlineRun, ChangesTheLastBlockAndTheOutputLayerAndNoOtherNumber) {
  const ModelPackage before = openPackage(from_);
  Network network = readWeights(before);
  OwnHeadChange change;
  for (const auto& [name, value] : outlineParameters(outlineHead(network))) {
    change.tensors["seg_cine_sax." + name] = (value.detach() + 0.5).to(torch::kBFloat16);
  }
  change.validation = json::object();
  changeOwnHead(from_, packageOf("run"), change, "");
  const ModelPackage after = openPackage(packageOf("run"));
  const auto old = readTensors(before, "seg_cine_sax");
  const auto now = readTensors(after, "seg_cine_sax");
  ASSERT_EQ(old.size(), now.size());
  for (const auto& [name, tensor] : now) {
    EXPECT_EQ(torch::equal(tensor, old.at(name)), !isOutline(name)) << name;
  }
  for (const auto& [name, tensor] : readTensors(after, "locator")) {
    EXPECT_TRUE(torch::equal(tensor, readTensors(before, "locator").at(name))) << name;
  }
  EXPECT_EQ(test::bytesOf(fs::path(from_) / "backbone-1.safetensors"),
            test::bytesOf(fs::path(packageOf("run")) / "backbone-1.safetensors"));
  EXPECT_EQ(before.files.size(), after.files.size());
}

TEST_F(OutlineRun, SaysInTheManifestWhatItDidAndKeepsWhatItDidNotTouch) {
  OutlineOptions o = options("run");
  o.shared.command = "cmr finetune --task seg_cine_sax";
  finetuneOutline(o, drawnFrames());
  const ModelPackage package = openPackage(packageOf("run"));
  EXPECT_EQ(package.identity.version, "0.2.0");
  const json& told = package.manifest.at("training").at("heads").at("seg_cine_sax");
  EXPECT_EQ(told.at("command"), o.shared.command);
  EXPECT_EQ(told.at("trained").at("patients"), json({"A", "B"}));
  EXPECT_EQ(told.at("validated").at("patients"), json({"C"}));
  const json& validation = package.manifest.at("metrics").at("validation");
  EXPECT_EQ(validation.at("firstLookErrorMm"), 4.5);
  EXPECT_TRUE(validation.at("lvDice").is_number());
  Network network = readWeights(package);
  EXPECT_NO_THROW(checkKnownAnswer(network, package, float32));
}

TEST_F(OutlineRun, DrawsBetterOutlinesThanBeforeOfFramesThatItDidNotLearnFrom) {
  const OutlineOptions o = longer("run");
  finetuneOutline(o, drawnFrames(30));
  AugmentOptions geometry;
  geometry.size = tinySize;
  geometry.spacingMm = 5;
  std::vector<TrainingFrame> heldOut = drawnFrames(30);
  heldOut.erase(std::remove_if(heldOut.begin(), heldOut.end(),
                               [](const TrainingFrame& f) { return f.patient != "C"; }),
                heldOut.end());
  Network before = readWeights(openPackage(from_));
  Network after = readWeights(openPackage(packageOf("run")));
  EXPECT_GT(validate(after, heldOut, geometry, float32).selection(),
            validate(before, heldOut, geometry, float32).selection() + 0.05);
}

TEST_F(OutlineRun, WritesTheSameBytesForTheSameSeedInterruptedOrNot) {
  finetuneOutline(longer("whole"), drawnFrames(30));
  finetuneOutline(longer("again"), drawnFrames(30));
  EXPECT_NE(test::bytesOf(packageOf("whole") + "/heads-1.safetensors"),
            test::bytesOf(from_ + "/heads-1.safetensors"));
  EXPECT_EQ(test::bytesOf(packageOf("whole") + "/heads-1.safetensors"),
            test::bytesOf(packageOf("again") + "/heads-1.safetensors"));

  Network network = readWeights(openPackage(from_));
  AugmentOptions geometry;
  geometry.size = tinySize;
  geometry.spacingMm = 5;
  DenseHead reader = outlineHead(network);
  const OutlineSamples samples =
      plainOutlineSamples(reader, network, drawnFrames(30), geometry, float32);
  class Silence final : public TrainingReport {
    void progress(const TrainingProgress&) override {}
    void validated(const ValidationScore&, bool) override {}
  } silence;
  OutlineTraining training;
  training.steps = 300;
  training.batch = 4;
  training.learningRate = 0.02;
  training.validateEvery = 50;
  training.folder = (folder_ / "one").string();
  DenseHead once = outlineHead(network);
  EXPECT_GT(trainOutlines(once, network, samples, samples, training, silence).step, 200);
  // Ends with a checkpoint of step 150.
  struct Stop {};
  class Interrupt final : public TrainingReport {
    void progress(const TrainingProgress&) override {}
    void validated(const ValidationScore& s, bool) override {
      if (s.step == 200) throw Stop();
    }
  } interrupt;
  training.folder = (folder_ / "two").string();
  DenseHead twice = outlineHead(network);
  EXPECT_THROW(trainOutlines(twice, network, samples, samples, training, interrupt), Stop);
  training.resume = true;
  twice = outlineHead(network);
  trainOutlines(twice, network, samples, samples, training, silence);
  const auto resumed = outlineParameters(twice);
  for (const auto& [name, value] : outlineParameters(once)) {
    EXPECT_TRUE(torch::equal(value, resumed.at(name))) << name;
  }
}

TEST_F(OutlineRun, StartsAsTheNetworkThatItBelongsTo) {
  Network network = readWeights(openPackage(from_));
  const torch::NoGradGuard guard;
  const torch::Tensor image = knownAnswerImage(tinySize);
  DenseHead head = outlineHead(network);
  const ImageFeatures seen = head->readImages(image, float32);
  const torch::Tensor before =
      head->beforeLastBlock(seen, network->readLevels(image, float32), float32);
  EXPECT_TRUE(
      torch::equal(head->lastBlock(before, seen.whole, float32), network->segment(image, float32)));
}

TEST_F(OutlineRun, KeepsTheWeightsThatItBeganWithWhereNoStepDidBetter) {
  OutlineOptions o = options("run", 10);
  o.shared.learningRate = 0;
  finetuneOutline(o, drawnFrames());
  const ModelPackage package = openPackage(packageOf("run"));
  EXPECT_EQ(package.manifest.at("training").at("heads").at("seg_cine_sax").at("bestStep"), 0);
  const auto old = readTensors(openPackage(from_), "seg_cine_sax");
  for (const auto& [name, tensor] : readTensors(package, "seg_cine_sax")) {
    EXPECT_TRUE(torch::equal(tensor, old.at(name))) << name;
  }
}

TEST_F(OutlineRun, RefusesAPackageWhoseOtherHeadsWouldChangeWithIt) {
  Network network = readWeights(openPackage(from_));
  const HeadDescription other = describeDecoder("seg_lge_sax", {"up2"});
  DenseHead module(network->trunk(), sharedGeometry(other));
  PackageAddition addition;
  for (const auto& item : module->named_parameters()) {
    addition.tensors["seg_lge_sax." + item.key()] = item.value().detach().to(torch::kBFloat16);
  }
  addition.heads["seg_lge_sax"] = other;
  OutlineOptions o = options("run");
  o.package = (folder_ / "shared").string();
  extendPackage(from_, o.package, addition);
  try {
    finetuneOutline(o, drawnFrames());
    FAIL() << "changed another head";
  } catch (const PackageError& error) {
    EXPECT_THAT(error.what(), HasSubstr("the head seg_lge_sax"));
  }
}

TEST_F(OutlineRun, RefusesATargetThatHoldsAPackageBeforeItLearns) {
  OutlineOptions o = options("run");
  o.shared.packageFolder = (folder_ / "taken").string();
  extendPackage(from_, o.shared.packageFolder, {});
  const std::string before = test::bytesOf(folder_ / "taken" / "manifest.json");
  try {
    finetuneOutline(o, drawnFrames());
    FAIL() << "wrote over a package";
  } catch (const PackageError& error) {
    EXPECT_THAT(error.what(), HasSubstr("holds a package already"));
  }
  EXPECT_FALSE(fs::exists(folder_ / "run" / "last.ckpt"));
  EXPECT_EQ(test::bytesOf(folder_ / "taken" / "manifest.json"), before);
}

TEST_F(OutlineRun, GoesOnAfterItsEndWithMoreStepsAndWritesItsPackageAnew) {
  finetuneOutline(options("run", 20), drawnFrames());
  OutlineOptions more = options("run", 40);
  more.shared.resume = true;
  finetuneOutline(more, drawnFrames());
  const ModelPackage package = openPackage(packageOf("run"));
  EXPECT_EQ(package.manifest.at("training").at("heads").at("seg_cine_sax").at("steps"), 40);
}

TEST_F(OutlineRun, TakesNoPackageButItsOwnOutOfServiceWhenItGoesOn) {
  finetuneOutline(options("run", 10), drawnFrames());
  finetuneOutline(options("other", 10), drawnFrames());
  const std::string before = test::bytesOf(fs::path(packageOf("other")) / "manifest.json");
  OutlineOptions more = options("run", 20);
  more.shared.resume = true;
  more.shared.packageFolder = packageOf("other");
  EXPECT_THROW(finetuneOutline(more, drawnFrames()), PackageError);
  EXPECT_EQ(test::bytesOf(fs::path(packageOf("other")) / "manifest.json"), before);
}

TEST_F(OutlineRun, SaysByWhatTheRightVentricleWasTaught) {
  std::vector<TrainingFrame> taught = drawnFrames();
  EXPECT_EQ(rightVentricleEvidence(taught, false), "both");
  EXPECT_EQ(rightVentricleEvidence(taught, true), "non-expert");
  for (TrainingFrame& f : taught) f.known &= static_cast<std::uint8_t>(~bitOf(Structure::rvCavity));
  EXPECT_EQ(rightVentricleEvidence(taught, true), "phantom");

  constexpr auto rv = static_cast<std::size_t>(Structure::rvCavity);
  ASSERT_EQ(openPackage(from_).identity.evidence[rv], "phantom");
  OutlineOptions o = options("run", 10);
  o.shared.nonExpert = true;
  finetuneOutline(o, drawnFrames());
  EXPECT_EQ(openPackage(packageOf("run")).identity.evidence[rv], "non-expert");
  EXPECT_EQ(openPackage(packageOf("run")).identity.release[rv], "off");
}

TEST_F(OutlineRun, AsksForFramesToChooseBy) {
  OutlineOptions o = options("run");
  o.shared.validationPatients.clear();
  EXPECT_THROW(finetuneOutline(o, drawnFrames()), InputError);
}

}  // namespace
}  // namespace cmr
