#include "models/decoder_training.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "analysis/package_weights.h"
#include "models/decoder_report.h"
#include "models/extend_package.h"
#include "models/finetune_decoder.h"
#include "models/package_writer.h"
#include "models/weight_average.h"
#include "tests/support/test_folder.h"
#include "tests/support/tiny_network.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;

class Silence final : public DecoderReport {
 public:
  void progress(const TrainingProgress& p) override { lastLoss = p.loss; }
  void validated(std::int64_t, const DecoderScores& s, bool) override {
    selections.push_back(s.selection());
  }
  double lastLoss = 0;
  std::vector<double> selections;
};

TaskDecoder decoderOn(const Network& network, const std::string& task) {
  TaskDecoder decoder;
  decoder.description = describeDecoder(task, {"up1"});
  torch::manual_seed(1);
  decoder.head = DenseHead(network->trunk(), sharedGeometry(decoder.description));
  return decoder;
}

class DecoderTrainingRun : public testing::Test {
 protected:
  void SetUp() override { folder_ = test::ownFolder(); }
  void TearDown() override { fs::remove_all(folder_); }

  DecoderTraining options(const std::string& name, std::int64_t steps) const {
    DecoderTraining o;
    o.steps = steps;
    o.batch = 2;
    o.warmupSteps = 2;
    o.validateEvery = 2;
    o.validationPhantoms = 2;
    o.size = tinySize;
    o.spacingMm = 5;
    o.folder = (folder_ / name).string();
    return o;
  }

  fs::path folder_;
};

bool sameParameters(const torch::nn::Module& a, const torch::nn::Module& b) {
  const auto other = b.named_parameters();
  for (const auto& item : a.named_parameters()) {
    if (!torch::equal(item.value(), other[item.key()])) return false;
  }
  return true;
}

TEST_F(DecoderTrainingRun, ChangesTheHeadAndNothingOfTheNetwork) {
  for (const char* task : {"seg_cine_lax", "landmarks"}) {
    Network network = seededNetwork(tinyVit());
    const Network before = seededNetwork(tinyVit());
    TaskDecoder decoder = decoderOn(network, task);
    const TaskDecoder untrained = decoderOn(network, task);
    Silence report;
    EXPECT_GT(trainDecoder(decoder, network, options(task, 4), report), 0) << task;
    EXPECT_TRUE(std::isfinite(report.lastLoss)) << task;
    EXPECT_TRUE(sameParameters(*network, *before)) << task;
    EXPECT_FALSE(sameParameters(*decoder.head, *untrained.head)) << task;
  }
}

TEST_F(DecoderTrainingRun, GoesOnFromItsCheckpointAsIfItHadNeverStopped) {
  Network network = seededNetwork(tinyVit());
  Silence report;
  TaskDecoder whole = decoderOn(network, "seg_lge_sax");
  trainDecoder(whole, network, options("whole", 4), report);
  // The first half of a run of four steps: the schedule knows the whole.
  DecoderTraining stopped = options("halves", 4);
  TaskDecoder halves = decoderOn(network, "seg_lge_sax");
  class StopsAfterTwo final : public DecoderReport {
    void progress(const TrainingProgress&) override {}
    void validated(std::int64_t step, const DecoderScores&, bool) override {
      if (step == 4) throw std::runtime_error("stopped");
    }
  } stops;
  EXPECT_THROW(trainDecoder(halves, network, stopped, stops), std::runtime_error);
  stopped.resume = true;
  TaskDecoder resumed = decoderOn(network, "seg_lge_sax");
  trainDecoder(resumed, network, stopped, report);
  EXPECT_TRUE(sameParameters(*resumed.head, *whole.head));
}

TEST_F(DecoderTrainingRun, EndsInAPackageWhoseHeadIsOffAndGivesWhatWasMeasured) {
  Network network = seededNetwork(tinyVit());
  network->eval();
  const std::string from = (folder_ / "from").string();
  writePackage(from, network, {"tiny", "0.0.1", 5.0, tinySize, nlohmann::json::object(), {}});
  DecoderOptions o;
  o.task = "landmarks";
  o.package = from;
  o.ownBlocks = {"up1"};
  o.training = options("run", 2);
  o.threads = 1;
  o.precision = "float32";
  o.output = (folder_ / "run").string();
  o.packageVersion = "0.0.2";
  finetuneDecoder(o);

  const ModelPackage package = openPackage(o.output + "/package");
  EXPECT_EQ(package.identity.version, "0.0.2");
  Network reread = readWeights(package);
  auto decoders = readTaskDecoders(package, reread);
  ASSERT_EQ(decoders.size(), 1U);
  const HeadDescription& head = decoders[0].description;
  EXPECT_EQ(head.task, "landmarks");
  EXPECT_EQ(head.architecture, HeadArchitecture::heatmap);
  for (const HeadClass& c : head.classes) {
    EXPECT_EQ(c.release, "off");
    EXPECT_EQ(c.evidence, "phantom");
  }
  EXPECT_TRUE(head.measured.at("phantom").at("2 drawn hearts, unseen").contains("lv_apex"));
  EXPECT_GT(head.leastProbability, 0);
  EXPECT_FALSE(head.knownAnswer.logits.empty());
  EXPECT_NO_THROW(
      checkKnownAnswers(decoders, reread, package.input.size, ComputePrecision::float32));
  EXPECT_TRUE(sameParameters(*readWeights(openPackage(from)), *reread));
}

// At no least confidence every landmark is "found" in every picture, and the false alarms that the
// log tells are of nobody's use.
TEST_F(DecoderTrainingRun, TellsFalseAlarmsAtAnOperatingPointWhileItTrains) {
  const std::string from = (folder_ / "from").string();
  Network network = seededNetwork(tinyVit());
  writePackage(from, network, {"tiny", "0.0.1", 5.0, tinySize, nlohmann::json::object(), {}});
  DecoderOptions o;
  o.task = "landmarks";
  o.package = from;
  o.ownBlocks = {"up1"};
  o.training = options("run", 2);
  o.threads = 1;
  o.precision = "float32";
  o.output = (folder_ / "run").string();
  finetuneDecoder(o);
  std::ifstream log(o.output + "/log.jsonl");
  std::size_t told = 0;
  for (std::string line; std::getline(log, line);) {
    const auto entry = nlohmann::json::parse(line);
    if (!entry.contains("heldOut")) continue;
    ++told;
    EXPECT_GE(entry.at("operatingPoint").get<double>(), 0.05);
  }
  EXPECT_GT(told, 0U);
}

TEST(UnseenFrames, AreNotThoseThatTheOperatingPointIsChosenOn) {
  const auto chosenOn = heldOutFrames("landmarks", 2, 7);
  const auto unseen = unseenFrames("landmarks", 2, 7);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_NE(chosenOn[i].frame.pixels, unseen[i].frame.pixels);
  }
}

TEST(LandmarkReport, SaysNothingOfWhatWasNotThereToBeRated) {
  DecoderScores scores;
  scores.landmarks["lv_apex"] = {{false, 0.9, std::nan("")}, {false, 0.1, std::nan("")}};
  scores.landmarks["mitral_annulus_1"] = {{true, 0.9, 3}};
  const std::string text = scoresText(scores, describeDecoder("landmarks", {}), 0.5);
  EXPECT_EQ(text.find("nan"), std::string::npos) << text;
  EXPECT_NE(text.find("false in 50.0 % of 2"), std::string::npos) << text;
  EXPECT_NE(text.find("detected 100.0 % of 1"), std::string::npos) << text;
}

TEST(LandmarkSummary, CountsDetectionsAndFalseAlarmsAtAnOperatingPoint) {
  const double none = std::nan("");
  const std::vector<LandmarkScore> scores{
      {true, 0.9, 1}, {true, 0.8, 7}, {true, 0.2, 30}, {false, 0.6, none}, {false, 0.1, none}};
  const LandmarkSummary s = summarise(scores, 0.5);
  EXPECT_EQ(s.present, 3U);
  EXPECT_EQ(s.absent, 2U);
  EXPECT_DOUBLE_EQ(s.detectionRate, 2.0 / 3);
  EXPECT_DOUBLE_EQ(s.falseAlarmRate, 0.5);
  EXPECT_DOUBLE_EQ(s.closeRate, 1.0 / 3);
  EXPECT_DOUBLE_EQ(s.meanErrorMm, 4);
  DecoderScores all;
  all.landmarks["lv_apex"] = scores;
  EXPECT_GT(bestConfidence(all), 0.6);
  EXPECT_LE(bestConfidence(all), 0.8);
}

}  // namespace
}  // namespace cmr
