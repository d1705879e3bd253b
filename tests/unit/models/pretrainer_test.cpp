#include "models/pretrainer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "analysis/compute_choice.h"
#include "analysis/errors.h"
#include "analysis/model_package.h"
#include "analysis/package_weights.h"
#include "models/backbone_file.h"
#include "models/finetune.h"
#include "models/pretrain.h"
#include "tests/support/test_folder.h"
#include "tests/support/tiny_frame.h"
#include "tests/support/tiny_network.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;

class PretrainRecorder final : public PretrainReport {
 public:
  void progress(const PretrainProgress& p) override { steps.push_back(p); }
  void probed(const ProbeResult& r) override { probes.push_back(r); }
  std::vector<PretrainProgress> steps;
  std::vector<ProbeResult> probes;
};

DinoGeometry tinyDino() {
  DinoGeometry g;
  g.vit = tinyVit().vit;
  g.head.hiddenWidth = 32;
  g.head.bottleneck = 16;
  g.head.prototypes = 24;
  return g;
}

MultiCropPlan tinyCropPlan() {
  MultiCropPlan plan;
  plan.seed = 9;
  plan.images = 4;
  plan.crops.globalSize = 32;
  plan.crops.localSize = 16;
  plan.crops.localCrops = 2;
  return plan;
}

PretrainerOptions tinyPretrainOptions(const fs::path& folder, std::int64_t steps) {
  PretrainerOptions o;
  o.steps = steps;
  o.learningRate = 0.1;  // of 256 images: 0.0016 for 4
  o.warmupSteps = 2;
  o.temperatureSteps = 4;
  o.frozenPrototypeSteps = 1;
  o.teacherMomentum = 0.9;
  o.reportEvery = 1;
  o.probeEvery = 3;
  o.checkpointEvery = 3;
  o.folder = folder.string();
  return o;
}

// Bright disks of eight sizes in eight places, which a view can be told by.
PretrainImage diskOf(std::uint64_t slot) {
  const auto kind = static_cast<double>(slot % 8);
  TrainingFrame frame = tinyFrame("disk", {16 + 2 * kind, 32 - 2 * kind, 4 + kind});
  return {"disk-" + std::to_string(slot), frame.rows, frame.columns, 1, std::move(frame.pixels)};
}

ProbeSet disks() {
  ProbeSet probe;
  for (std::uint64_t i = 0; i < 8; ++i) probe.images.push_back(diskOf(i));
  return probe;
}

struct PretrainedRun {
  DinoNetwork teacher;
  PretrainRecorder report;
};

PretrainedRun pretrained(const DinoGeometry& geometry, const PretrainerOptions& options,
                         const MultiCropPlan& plan, const ImageSequence& sequence = diskOf) {
  setThreads(1);  // sums in one order
  torch::manual_seed(5);
  PretrainRecorder report;
  DinoNetwork teacher = pretrain(geometry, options, plan, sequence, disks(), report);
  return {teacher, report};
}

bool sameParameters(const DinoNetwork& a, const DinoNetwork& b) {
  const auto left = a->named_parameters();
  const auto right = b->named_parameters();
  for (const auto& item : left) {
    if (!torch::equal(item.value(), right[item.key()])) return false;
  }
  return left.size() == right.size();
}

double meanOf(const PretrainRecorder& report, std::size_t from, std::size_t count,
              double (*value)(const PretrainProgress&)) {
  double sum = 0;
  for (std::size_t i = from; i < from + count; ++i) sum += value(report.steps[i]);
  return sum / static_cast<double>(count);
}

// A teacher that stands still, with its centre, sets a task with a known end: the loss falls to the
// entropy of what the teacher says.
PretrainerOptions standingTeacher(const fs::path& folder) {
  PretrainerOptions options = tinyPretrainOptions(folder, 60);
  options.teacherMomentum = 1;
  options.centreMomentum = 1;
  options.temperatureSteps = 20;
  return options;
}

TEST(Pretrainer, LearnsWhatAStandingTeacherSays) {
  const PretrainedRun run =
      pretrained(tinyDino(), standingTeacher(test::freshFolder("standing")), tinyCropPlan());
  const auto excess = [](const PretrainProgress& p) { return p.loss - p.targets.mean; };
  const double atFirst = meanOf(run.report, 0, 10, excess);
  EXPECT_GT(atFirst, 0);
  EXPECT_LT(meanOf(run.report, 50, 10, excess), 0.3 * atFirst);
}

TEST(Pretrainer, LearnsWhatAStandingTeacherSaysOfHiddenPatches) {
  DinoGeometry geometry = tinyDino();
  geometry.patches = true;
  PretrainerOptions options = standingTeacher(test::freshFolder("patches"));
  options.patchWeight = 1;
  const PretrainedRun run = pretrained(geometry, options, tinyCropPlan());
  const auto patchLoss = [](const PretrainProgress& p) { return p.patchLoss; };
  EXPECT_LT(meanOf(run.report, 50, 10, patchLoss), meanOf(run.report, 0, 10, patchLoss) - 0.3);
}

TEST(Pretrainer, SpreadsTheFeaturesWithKoLeo) {
  const auto spreadWith = [](double weight) {
    PretrainerOptions options = tinyPretrainOptions(test::freshFolder("koleo"), 80);
    options.koleoWeight = weight;
    options.teacherTemperature = 0.04;
    options.probeEvery = 80;
    return pretrained(tinyDino(), options, tinyCropPlan()).report.probes.back().spread;
  };
  EXPECT_LT(spreadWith(0), 0.1);
  EXPECT_GT(spreadWith(0.5), 0.3);
}

// Small, fast and with a hasty centre, this run loses what tells its images apart; its loss, the
// logarithm of the prototypes, looks like nothing in particular.
TEST(Pretrainer, SaysThatItCollapsed) {
  PretrainerOptions options = tinyPretrainOptions(test::freshFolder("collapse"), 120);
  options.teacherTemperature = 0.04;
  options.centreMomentum = 0.5;
  options.teacherMomentum = 0.95;
  options.probeEvery = 120;
  const PretrainedRun run = pretrained(tinyDino(), options, tinyCropPlan());
  EXPECT_NE(run.report.probes.back().collapse, "");
  EXPECT_NEAR(run.report.steps.back().loss, std::log(24.0), 0.1);
}

TEST(Pretrainer, DoesTheSameForTheSameSeed) {
  const PretrainedRun one =
      pretrained(tinyDino(), tinyPretrainOptions(test::freshFolder("one"), 3), tinyCropPlan());
  const PretrainedRun two =
      pretrained(tinyDino(), tinyPretrainOptions(test::freshFolder("two"), 3), tinyCropPlan());
  EXPECT_TRUE(sameParameters(one.teacher, two.teacher));
  MultiCropPlan other = tinyCropPlan();
  other.seed = 10;
  const PretrainedRun three =
      pretrained(tinyDino(), tinyPretrainOptions(test::freshFolder("three"), 3), other);
  EXPECT_FALSE(sameParameters(one.teacher, three.teacher));
}

class PretrainerResume : public testing::TestWithParam<bool> {};

TEST_P(PretrainerResume, GoesOnAfterAnInterruptionAsIfThereHadBeenNone) {
  DinoGeometry geometry = tinyDino();
  geometry.dropPath = 0.2;
  geometry.patches = GetParam();
  const auto optionsIn = [](const fs::path& folder) {
    PretrainerOptions o = tinyPretrainOptions(folder, 6);
    o.accumulate = 2;
    o.frozenPrototypeSteps = 4;  // the interruption falls into the frozen steps
    if (GetParam()) {
      o.patchWeight = 1;
      o.koleoWeight = 0.1;
    }
    return o;
  };
  const PretrainedRun whole =
      pretrained(geometry, optionsIn(test::freshFolder("whole")), tinyCropPlan());
  const fs::path folder = test::freshFolder("resumed");
  // Step 4 needs the images from slot 32 on; the checkpoint after step 3 is there by then.
  const ImageSequence failing = [](std::uint64_t slot) {
    if (slot >= 32) throw InputError("the power went off");
    return diskOf(slot);
  };
  EXPECT_THROW(pretrained(geometry, optionsIn(folder), tinyCropPlan(), failing), InputError);
  PretrainerOptions resumed = optionsIn(folder);
  resumed.resume = true;
  const PretrainedRun rest = pretrained(geometry, resumed, tinyCropPlan());
  EXPECT_TRUE(sameParameters(whole.teacher, rest.teacher));
  ASSERT_EQ(rest.report.steps.size(), 3U);
  EXPECT_EQ(rest.report.steps[0].loss, whole.report.steps[3].loss);
  EXPECT_EQ(rest.report.steps[2].loss, whole.report.steps[5].loss);
  EXPECT_EQ(rest.report.probes.back().rank, whole.report.probes.back().rank);
}

INSTANTIATE_TEST_SUITE_P(WithAndWithoutPatches, PretrainerResume, testing::Bool());

TEST(Pretrainer, RefusesToResumeARunOfAnotherSeedOrBatch) {
  const fs::path folder = test::freshFolder("other");
  pretrained(tinyDino(), tinyPretrainOptions(folder, 1), tinyCropPlan());
  PretrainerOptions resumed = tinyPretrainOptions(folder, 2);
  resumed.resume = true;
  MultiCropPlan other = tinyCropPlan();
  other.seed = 10;
  EXPECT_THROW(pretrained(tinyDino(), resumed, other), InputError);
  other = tinyCropPlan();
  other.images = 2;
  EXPECT_THROW(pretrained(tinyDino(), resumed, other), InputError);
  DinoGeometry wider = tinyDino();
  wider.head.prototypes = 25;
  EXPECT_THROW(pretrained(wider, resumed, tinyCropPlan()), InputError);
}

TEST(Pretrainer, AddsBatchesUpToOneOfTheirSum) {
  PretrainerOptions together = tinyPretrainOptions(test::freshFolder("together"), 3);
  MultiCropPlan large = tinyCropPlan();
  large.images = 8;
  PretrainerOptions apart = tinyPretrainOptions(test::freshFolder("apart"), 3);
  apart.accumulate = 2;
  const PretrainedRun one = pretrained(tinyDino(), together, large);
  const PretrainedRun two = pretrained(tinyDino(), apart, tinyCropPlan());
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(one.report.steps[i].loss, two.report.steps[i].loss, 2e-3) << i;
    EXPECT_DOUBLE_EQ(one.report.steps[i].learningRate, two.report.steps[i].learningRate);
  }
}

TEST(Pretrainer, MovesThePrototypesOnlyAfterTheFrozenSteps) {
  const auto prototypesAfter = [](std::int64_t frozen) {
    PretrainerOptions o = tinyPretrainOptions(test::freshFolder("frozen"), 2);
    o.frozenPrototypeSteps = frozen;
    o.teacherMomentum = 0;  // the teacher is the student
    PretrainedRun run = pretrained(tinyDino(), o, tinyCropPlan());
    return run.teacher->named_parameters()["head.last_layer.weight_v"].clone();
  };
  torch::manual_seed(5);
  DinoNetwork fresh(tinyDino());
  const torch::Tensor before = fresh->named_parameters()["head.last_layer.weight_v"];
  EXPECT_TRUE(torch::equal(prototypesAfter(2), before));
  EXPECT_FALSE(torch::equal(prototypesAfter(1), before));
}

TEST(Pretrainer, LeavesTheTeacherBehindTheStudent) {
  PretrainerOptions o = tinyPretrainOptions(test::freshFolder("behind"), 2);
  o.teacherMomentum = 1;
  const PretrainedRun run = pretrained(tinyDino(), o, tinyCropPlan());
  torch::manual_seed(5);
  EXPECT_TRUE(sameParameters(run.teacher, DinoNetwork(tinyDino())));
}

TEST(Pretrainer, StopsAndNamesStepAndImagesWhenTheLossIsNoNumber) {
  PretrainerOptions options = tinyPretrainOptions(test::freshFolder("nan"), 8);
  options.learningRate = 1e30;  // the second step sees weights whose products overflow
  const auto messageOf = [&] {
    try {
      pretrained(tinyDino(), options, tinyCropPlan());
      return std::string("went on without numbers");
    } catch (const InputError& error) {
      return std::string(error.what());
    }
  };
  const std::string early = messageOf();
  EXPECT_NE(early.find("is not a number at step 1"), std::string::npos) << early;
  EXPECT_NE(early.find("disk-4 disk-5 disk-6 disk-7"), std::string::npos) << early;
  EXPECT_NE(early.find("no checkpoint yet"), std::string::npos) << early;
  options.checkpointEvery = 1;
  EXPECT_NE(messageOf().find("last.ckpt"), std::string::npos);
}

TEST(Pretrainer, HidesPatchesFromTheStudentOnly) {
  DinoGeometry geometry = tinyDino();
  geometry.patches = true;
  torch::manual_seed(5);
  DinoNetwork network(geometry);
  network->eval();
  torch::Tensor images = torch::rand({2, 1, 32, 32});
  torch::Tensor masks = torch::zeros({2, 16}, torch::kBool);
  masks[0][5] = true;
  const auto changed = [&](bool hidden) {
    const auto precision = ComputePrecision::float32;
    const torch::Tensor before = network->features(images, masks, hidden, precision).classToken;
    torch::Tensor other = images.clone();
    other[0][0].slice(0, 8, 16).slice(1, 8, 16) += 0.5;  // the patch that is masked
    const torch::Tensor after = network->features(other, masks, hidden, precision).classToken;
    return !torch::equal(before, after);
  };
  EXPECT_TRUE(changed(false));
  EXPECT_FALSE(changed(true));
  EXPECT_EQ(network->features(images, masks, true, ComputePrecision::float32).maskedTokens.size(0),
            1);
}

TEST(Pretrainer, TellsThePhasesOfLabelledFrames) {
  PretrainerOptions options = tinyPretrainOptions(test::freshFolder("phases"), 1);
  ProbeSet probe = disks();
  std::vector<TrainingFrame> frames;
  for (int patient = 0; patient < 4; ++patient) {
    for (const bool systole : {false, true}) {
      TrainingFrame frame = tinyFrame(std::to_string(patient), {24, 24, systole ? 4.0 : 11.0});
      frame.phase = systole ? CardiacPhase::endSystole : CardiacPhase::endDiastole;
      frames.push_back(frame);
    }
  }
  probe.questions.push_back(phaseQuestion(frames, 2, tinyCropPlan().crops.globalSize));
  probe.neighbours = 3;
  setThreads(1);
  torch::manual_seed(5);
  PretrainRecorder report;
  pretrain(tinyDino(), options, tinyCropPlan(), diskOf, probe, report);
  EXPECT_EQ(report.probes.back().nearestNeighbours.at("phase"), 1.0);
}

TEST(Pretrainer, RefusesViewsThatPatchesDoNotFill) {
  MultiCropPlan plan = tinyCropPlan();
  plan.crops.localSize = 20;
  EXPECT_THROW(pretrained(tinyDino(), tinyPretrainOptions(test::freshFolder("odd"), 1), plan),
               InputError);
}

// The whole way: drawn hearts, a backbone of the size that ships, a head on top, a package.
TEST(Pretraining, EndsInABackboneThatFinetuningStartsFrom) {
  PretrainOptions o;
  o.trainer = tinyPretrainOptions("", 1);
  o.trainer.learningRate = 1e-3;
  o.geometry.head = {384, 32, 16, 24};
  o.geometry.vit.positionGrid = 4;
  o.plan = tinyCropPlan();
  o.plan.images = 2;
  o.probeImages = 4;
  o.threads = 1;
  o.precision = "float32";
  o.output = test::freshFolder("whole_way").string();
  PretrainImages images(o.seed);
  std::vector<std::string> drawn;
  o.draw = [&drawn](const std::string& log) { drawn.push_back(log); };
  const std::string path = pretrainBackbone(o, images);
  EXPECT_EQ(drawn, std::vector<std::string>{o.output + "/log.jsonl"});
  EXPECT_TRUE(fs::exists(o.output + "/last.ckpt"));

  FinetuneOptions f;
  f.backbone = path;
  f.backboneRate = 0;
  f.validationPatients = {"b"};
  f.steps = f.validateEvery = 1;
  f.size = 32;
  f.spacingMm = 2;
  f.crops = f.fields = 1;
  f.phantomShare = 0;
  f.threads = 1;
  f.precision = "float32";
  f.output = test::freshFolder("on_top").string();
  finetune(f, {tinyFrame("a"), tinyFrame("b")});

  const ModelPackage package = openPackage(f.output + "/package");
  EXPECT_EQ(package.manifest.at("training").at("backbone").at("file"), "backbone.safetensors");
  const Network network = readWeights(package);
  Vit backbone(network->geometry().vit);
  loadBackbone(path, *backbone);
  const auto packaged = network->named_parameters();
  for (const auto& item : backbone->named_parameters()) {
    const torch::Tensor stored = item.value().to(torch::kBFloat16).to(torch::kFloat32);
    EXPECT_TRUE(torch::equal(packaged["backbone." + item.key()], stored)) << item.key();
  }
  f.architecture = "unet";
  EXPECT_THROW(finetune(f, {tinyFrame("a"), tinyFrame("b")}), InputError);
}

}  // namespace
}  // namespace cmr
