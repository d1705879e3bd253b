// Jobs that do not fit on a GPU, with a segmenter that says so as the network's does.
#include "plugin/processor_fall_back.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "analysis/batch_halving.h"
#include "analysis/errors.h"
#include "plugin/analyze_instances.h"
#include "plugin/lazy_segmenter.h"
#include "tests/support/circle_analysis.h"
#include "tests/support/real_series.h"

namespace cmr {
namespace {

using nlohmann::json;
using test::CircleSegmenter;
using test::ignoreProgress;
using test::requestOf;
using testing::HasSubstr;

class FullDevice final : public FrameSegmenter {
 public:
  explicit FullDevice(const std::string& device) { circles.identity_.device = device; }
  Segmentation segment(const ImageStack& stack, const ProgressCallback& progress) override {
    if (!isFull) return circles.segment(stack, progress);
    batches.forEach(8, [](std::size_t, std::size_t) { throw std::bad_alloc(); });
    return {};
  }
  const PackageIdentity& identity() const override { return circles.identity(); }
  ComputeUse takeUse() override { return {batches.takeCounts(), GpuMemory{9, 8, 7, 6}}; }

  bool isFull = true;
  CircleSegmenter circles;
  BatchHalving batches{8, [](const std::exception&) { return true; }};
};

class ProcessorFallBack : public testing::Test {
 protected:
  AnalysisOutcome run(FrameSegmenter& usual, const AnalysisRequest& request) {
    const Attempt attempt = [&](FrameSegmenter& on) {
      return analyzeInstances(request, on, ignoreProgress);
    };
    return analyzeOrFallBack(usual, attempt, attempt, [this] {
      ++loads;
      if (processorIsFull) return std::unique_ptr<FrameSegmenter>(new FullDevice("cpu"));
      return std::unique_ptr<FrameSegmenter>(new CircleSegmenter);
    });
  }

  int loads = 0;
  bool processorIsFull = false;
};

std::vector<std::string> uidsOf(const AnalysisOutcome& outcome) {
  std::vector<std::string> uids;
  for (const ProducedObject& object : outcome.objects) uids.push_back(object.SOPInstanceUID);
  return uids;
}

TEST_F(ProcessorFallBack, AJobThatDoesNotFitIsTheProcessorsInAllThatIsWritten) {
  CMR_DEMO_SERIES(instances);
  AnalysisRequest request = requestOf(instances);
  request.outputs = {"SC", "SR"};
  FullDevice gpu("cuda:0");
  const AnalysisOutcome outcome = run(gpu, request);
  ASSERT_EQ(outcome.kind, OutcomeKind::analysed) << outcome.reason;
  EXPECT_TRUE(outcome.withoutGpu);
  EXPECT_EQ(json::parse(outcome.resultsJson)["package"]["device"], "cpu");
  const AnalysisOutcome there = test::analyze(request);  // on the processor from the beginning
  EXPECT_EQ(uidsOf(outcome), uidsOf(there));
  EXPECT_EQ(outcome.resultsJson, there.resultsJson);
  BatchCounts both = there.use.batches;
  both.halvings = 3;  // 8, 4, 2, 1
  EXPECT_EQ(outcome.use.batches, both);
  EXPECT_EQ(outcome.use.gpu, (GpuMemory{9, 8, 7, 6}));

  gpu.isFull = false;
  const AnalysisOutcome next = run(gpu, request);
  EXPECT_EQ(loads, 1);
  EXPECT_FALSE(next.withoutGpu);
  EXPECT_EQ(json::parse(next.resultsJson)["package"]["device"], "cuda:0");
  EXPECT_NE(uidsOf(next), uidsOf(outcome));
}

// A package whose loading finds the GPU's memory full or not, as the test says.
class PackageOnAGpu : public testing::Test {
 protected:
  PackageOnDevice package{[this]() -> std::unique_ptr<FrameSegmenter> {
                            ++asked;
                            if (gpuIsFull) throw DeviceMemoryError("out of memory");
                            auto gpu = std::make_unique<FullDevice>("cuda:0");
                            gpu->isFull = false;
                            return gpu;
                          },
                          [this]() -> std::unique_ptr<FrameSegmenter> {
                            if (machineIsFull) throw ResourceError("out of memory, beside it, too");
                            return std::make_unique<CircleSegmenter>();
                          }};
  AnalysisOutcome run(const AnalysisRequest& request) {
    const Attempt attempt = [&](FrameSegmenter& on) {
      return analyzeInstances(request, on, ignoreProgress);
    };
    return package.analyze(attempt, attempt);
  }

  bool gpuIsFull = true;
  bool machineIsFull = false;
  int asked = 0;
};

TEST_F(PackageOnAGpu, IsTheProcessorsWhileTheGpuHasNoMemoryForItAndGoesBackThen) {
  CMR_DEMO_SERIES(instances);
  EXPECT_EQ(package.load().device, "cpu");
  const AnalysisOutcome outcome = run(requestOf(instances));
  ASSERT_EQ(outcome.kind, OutcomeKind::analysed) << outcome.reason;
  EXPECT_TRUE(outcome.withoutGpu);
  EXPECT_EQ(json::parse(outcome.resultsJson)["package"]["device"], "cpu");
  EXPECT_EQ(asked, 2);  // while loading, and before the job

  gpuIsFull = false;
  for (int job = 0; job < 2; ++job) {
    const AnalysisOutcome next = run(requestOf(instances));
    EXPECT_FALSE(next.withoutGpu);
    EXPECT_EQ(json::parse(next.resultsJson)["package"]["device"], "cuda:0");
  }
  EXPECT_EQ(asked, 3);
}

TEST_F(PackageOnAGpu, CannotBeUsedWhereTheMachineHasNoMemoryEither) {
  machineIsFull = true;
  EXPECT_THROW(package.load(), ResourceError);
}

TEST_F(PackageOnAGpu, IsLoadedForTheCommandLineWhereThereIsMemoryAndNotBeforeThereIsAnImage) {
  bool hasFallenBack = false;
  int loads = 0;
  LazySegmenter lazy([&] {
    ++loads;
    return loadOrFallBack(
        []() -> std::unique_ptr<FrameSegmenter> { throw DeviceMemoryError("out of memory"); },
        [] { return std::make_unique<CircleSegmenter>(); }, [&] { hasFallenBack = true; });
  });
  EXPECT_EQ(analyzeInstances({}, lazy, ignoreProgress).kind, OutcomeKind::notAnalysable);
  EXPECT_EQ(loads, 0);
  CMR_DEMO_SERIES(instances);
  const AnalysisOutcome outcome = analyzeInstances(requestOf(instances), lazy, ignoreProgress);
  EXPECT_EQ(outcome.kind, OutcomeKind::analysed) << outcome.reason;
  EXPECT_TRUE(hasFallenBack);
  EXPECT_EQ(loads, 1);
}

TEST_F(ProcessorFallBack, AJobThatFitsOnNeitherFailsForWantOfMemory) {
  CMR_DEMO_SERIES(instances);
  processorIsFull = true;
  FullDevice gpu("cuda:0");
  const AnalysisOutcome outcome = run(gpu, requestOf(instances));
  EXPECT_EQ(outcome.kind, OutcomeKind::failed);
  EXPECT_THAT(outcome.reason, HasSubstr("out of memory"));
  EXPECT_TRUE(outcome.objects.empty());
  EXPECT_EQ(loads, 1);
}

TEST_F(ProcessorFallBack, TheProcessorIsNotTriedTwice) {
  CMR_DEMO_SERIES(instances);
  FullDevice processor("cpu");
  const AnalysisOutcome outcome = run(processor, requestOf(instances));
  EXPECT_EQ(outcome.kind, OutcomeKind::failed);
  EXPECT_FALSE(outcome.withoutGpu);
  EXPECT_EQ(loads, 0);
}

TEST_F(ProcessorFallBack, DataThatCannotBeAnalysedAreNotTriedAgain) {
  FullDevice gpu("cuda:0");
  EXPECT_EQ(run(gpu, {}).kind, OutcomeKind::notAnalysable);
  EXPECT_EQ(loads, 0);
}

}  // namespace
}  // namespace cmr
