// Input that lacks something or contradicts itself: the numbers that need it are withheld or
// doubted, with the reason on the page and in the report, and the rest stands.
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>

#include "dicom_sr/writers.h"
#include "plugin/analyze_instances.h"
#include "tests/support/circle_analysis.h"
#include "tests/support/dicom_edit.h"
#include "tests/support/judge.h"
#include "tests/support/real_series.h"

namespace cmr {
namespace {

using nlohmann::json;
using test::CircleSegmenter;
using testing::HasSubstr;
using testing::Not;

// What a reader is told, in three places.
struct Told {
  json results;
  std::string report;  // the bytes of the SR, whose texts are plain ASCII
  std::string page;    // the text of the PDF, in one line

  const json& of(const std::string& id) const {
    for (const json& m : results["measurements"]) {
      if (m["id"] == id) return m;
    }
    ADD_FAILURE() << "there is no " << id;
    static const json none;
    return none;
  }
};

std::string textOf(const std::string& pdf) {
  const test::TemporaryFolder folder;
  std::string text = test::run("pdftotext '" + folder.write("page.pdf", pdf) + "' -").output;
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

Told toldOf(std::vector<InstanceBytes> instances, FrameSegmenter& segmenter) {
  AnalysisRequest request = test::requestOf(std::move(instances));
  request.outputs = {"SEG", "SR", "PDF"};
  const AnalysisOutcome outcome = analyzeInstances(request, segmenter, test::ignoreProgress);
  EXPECT_EQ(outcome.kind, OutcomeKind::analysed) << outcome.reason;
  Told told{json::parse(outcome.resultsJson), {}, {}};
  for (const ProducedObject& object : outcome.objects) {
    if (object.kind == ObjectKind::structuredReport) told.report = object.bytes;
    if (object.kind == ObjectKind::document) told.page = textOf(pdfIn(object));
  }
  return told;
}

std::vector<InstanceBytes> changed(const std::vector<InstanceBytes>& instances,
                                   const std::function<void(DcmDataset&)>& how) {
  std::vector<InstanceBytes> result;
  result.reserve(instances.size());
  for (const InstanceBytes& instance : instances) result.push_back(test::edited(instance, how));
  return result;
}

void expectWithheld(const Told& told, const std::vector<std::string>& ids, const std::string& why) {
  for (const std::string& id : ids) {
    EXPECT_TRUE(told.of(id)["value"].is_null()) << id;
    EXPECT_EQ(told.of(id)["quality"], "unmeasurable") << id;
    EXPECT_THAT(told.of(id)["reason"].get<std::string>(), HasSubstr(why)) << id;
  }
  EXPECT_THAT(told.report, HasSubstr(why));
  EXPECT_THAT(told.page, HasSubstr(why));
}

void expectDoubted(const Told& told, const std::vector<std::string>& ids, const std::string& why) {
  for (const std::string& id : ids) {
    EXPECT_TRUE(told.of(id)["value"].is_number()) << id;
    EXPECT_EQ(told.of(id)["quality"], "uncertain") << id;
    EXPECT_THAT(told.of(id)["reason"].get<std::string>(), HasSubstr(why)) << id;
  }
  EXPECT_THAT(told.report, HasSubstr(why));
  EXPECT_THAT(told.page, HasSubstr(why));
}

void expectUntouched(const Told& told, const std::vector<std::string>& ids,
                     const std::string& why) {
  for (const std::string& id : ids) {
    EXPECT_TRUE(told.of(id)["value"].is_number()) << id;
    EXPECT_THAT(told.of(id)["reason"].get<std::string>(), Not(HasSubstr(why))) << id;
  }
}

TEST(BadInput, WithoutHeightOrWeightThereAreNoIndicesAndTheVolumesStand) {
  CMR_DEMO_SERIES(instances);
  CircleSegmenter circles;
  const Told told = toldOf(changed(instances,
                                   [](DcmDataset& d) {
                                     delete d.remove(DCM_PatientSize);
                                     d.putAndInsertString(DCM_PatientWeight, "70");
                                   }),
                           circles);
  const char* const why = "do not state the patient's height";
  expectWithheld(told, {"body.surface", "lv.edvi", "lv.esvi", "lv.massi", "rv.edvi"}, why);
  expectUntouched(told, {"lv.edv", "lv.ef", "lv.mass", "lv.co", "heart.rate"}, why);
}

TEST(BadInput, WithoutAnRrIntervalThereIsNoOutputAndTheVolumesStand) {
  CMR_DEMO_SERIES(instances);
  CircleSegmenter circles;
  const Told told = toldOf(changed(instances,
                                   [](DcmDataset& d) {
                                     delete d.remove(DCM_NominalInterval);
                                     delete d.remove(DCM_HeartRate);
                                     delete d.remove(DCM_TriggerTime);  // their span is a beat, too
                                   }),
                           circles);
  const char* const why = "heart rate";
  expectWithheld(told, {"heart.rate", "lv.co"}, why);
  expectUntouched(told, {"lv.edv", "lv.sv", "lv.ef", "lv.mass"}, why);
}

// Circles in every slice that is there, the outermost ones included.
class CutOff final : public FrameSegmenter {
 public:
  Segmentation segment(const ImageStack& stack, const ProgressCallback&) override {
    Segmentation result;
    result.labels = LabelStack(stack.rows, stack.columns, stack.sliceCount, stack.phaseCount);
    result.confidence.resize(stack.frames.size());
    result.heartFound = true;
    for (int phase = 0; phase < stack.phaseCount; ++phase) {
      const double size = 0.8 + 0.2 * std::cos(2 * M_PI * phase / stack.phaseCount);
      for (int slice = 0; slice < stack.sliceCount; ++slice) {
        test::drawDisc(result.labels, slice, phase, stack.columns / 2.0, stack.rows / 2.0, 27,
                       Structure::lvMyocardium);
        test::drawDisc(result.labels, slice, phase, stack.columns / 2.0, stack.rows / 2.0,
                       20 * size, Structure::lvCavity);
      }
    }
    return result;
  }
  const PackageIdentity& identity() const override { return circles_.identity(); }
  FirstLook firstLook(const ImageStack& stack) override { return circles_.firstLook(stack); }

 private:
  CircleSegmenter circles_;
};

TEST(BadInput, AVentricleThatReachesTheOutermostSliceIsMeasuredAndDoubted) {
  CMR_DEMO_SERIES(instances);
  CutOff segmenter;
  const Told told = toldOf(instances, segmenter);
  expectDoubted(told, {"lv.edv", "lv.esv", "lv.mass"}, "base may lie outside of the images");
  expectUntouched(told, {"heart.rate"}, "outside of the images");
}

// Finds nothing at every other phase.
class Flickering final : public FrameSegmenter {
 public:
  Segmentation segment(const ImageStack& stack, const ProgressCallback& progress) override {
    Segmentation result = circles_.segment(stack, progress);
    for (int phase = 1; phase < stack.phaseCount; phase += 2) {
      for (int slice = 0; slice < stack.sliceCount; ++slice) {
        const auto frame = result.labels.frame(slice, phase);
        std::fill(frame.begin(), frame.end(), std::uint8_t{0});
      }
    }
    return result;
  }
  const PackageIdentity& identity() const override { return circles_.identity(); }
  FirstLook firstLook(const ImageStack& stack) override { return circles_.firstLook(stack); }

 private:
  CircleSegmenter circles_;
};

TEST(BadInput, PhasesWithoutOutlinesAreNamedAndTheNumbersDoubted) {
  CMR_DEMO_SERIES(instances);
  Flickering segmenter;
  const Told told = toldOf(instances, segmenter);
  expectDoubted(told, {"lv.edv", "lv.esv", "lv.ef", "lv.mass"},
                "had no cavity; they were drawn between neighbours");
  expectUntouched(told, {"heart.rate"}, "had no cavity");
}

}  // namespace
}  // namespace cmr
