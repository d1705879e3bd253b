// Series that are measured and whose numbers are doubted or withheld for what the reading of them
// told.
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>

#include "dicom_sr/read_series.h"
#include "plugin/analyze_instances.h"
#include "tests/support/circle_analysis.h"
#include "tests/support/dicom_edit.h"
#include "tests/support/real_series.h"

namespace cmr {
namespace {

using nlohmann::json;
using test::CircleSegmenter;
using test::ignoreProgress;
using testing::HasSubstr;

// With the report alone, as nothing else is looked at.
AnalysisRequest reportRequestOf(std::vector<InstanceBytes> instances) {
  AnalysisRequest request = test::requestOf(std::move(instances));
  request.outputs = {"SR"};
  return request;
}

// The first slice again with other pixels: the rest is a full grid, and a slice is missing from it.
TEST(AnalyzeInstances, DoubtsVolumesWhenAPartOfTheSeriesWasLeftOut) {
  CMR_DEMO_SERIES(instances);
  const AnalysisOutcome whole = test::analyze(reportRequestOf(instances));
  for (const json& flag : json::parse(whole.resultsJson)["flags"]) {
    EXPECT_NE(flag["id"], "images-left-out");
  }
  const json images = json::parse(whole.resultsJson)["source"]["images"];
  std::set<std::string> firstSlice;
  for (const json& image : images) {
    if (image["slice"] == 0) firstSlice.insert(image["SOPInstanceUID"].get<std::string>());
  }
  ASSERT_EQ(firstSlice.size(), 20U);
  const auto change = [&](const std::function<void(DcmDataset&)>& how) {
    std::vector<InstanceBytes> changed;
    for (const InstanceBytes& instance : instances) {
      changed.push_back(test::edited(instance, [&](DcmDataset& d) {
        OFString uid;
        d.findAndGetOFString(DCM_SOPInstanceUID, uid);
        if (firstSlice.count(uid.c_str()) != 0) how(d);
      }));
    }
    return test::analyze(reportRequestOf(changed));
  };
  const auto larger = [](DcmDataset& d) { d.putAndInsertString(DCM_PixelSpacing, "2\\2"); };
  const auto noPixels = [](DcmDataset& d) { d.putAndInsertString(DCM_RescaleSlope, "0,5"); };
  for (const auto& how : {std::function<void(DcmDataset&)>(larger), {noPixels}}) {
    const AnalysisOutcome outcome = change(how);
    ASSERT_EQ(outcome.kind, OutcomeKind::analysed) << outcome.reason;
    const json results = json::parse(outcome.resultsJson);
    EXPECT_EQ(results["source"]["slices"], 9);
    for (const json& m : results["measurements"]) {
      if (m["id"] != "lv.edv" && m["id"] != "lv.ef") continue;
      EXPECT_NE(m["quality"], "good");
      EXPECT_THAT(m["reason"].get<std::string>(), HasSubstr("Images were left out"));
      EXPECT_THAT(m["reason"].get<std::string>(), HasSubstr("20 images"));
    }
  }
}

// The ceiling falls between two slices: what was read is a full grid of nine.
TEST(AnalyzeInstances, WithholdsVolumesWhenReadingStoppedAtACeiling) {
  CMR_DEMO_SERIES(instances);
  std::vector<InstanceBytes> inOrder = instances;
  std::sort(inOrder.begin(), inOrder.end(), [](const InstanceBytes& a, const InstanceBytes& b) {
    return std::stoi(a.name) < std::stoi(b.name);
  });
  ReadLimits limits;
  limits.maxFrames = 180;
  CircleSegmenter segmenter;
  const AnalysisOutcome outcome = analyzeRead(readInstances(inOrder, limits),
                                              reportRequestOf(inOrder), segmenter, ignoreProgress);
  ASSERT_EQ(outcome.kind, OutcomeKind::analysed) << outcome.reason;
  const json results = json::parse(outcome.resultsJson);
  EXPECT_EQ(results["source"]["slices"], 9);
  for (const json& m : results["measurements"]) {
    const auto id = m["id"].get<std::string>();
    if (id == "heart.rate" || id == "body.surface") continue;
    EXPECT_TRUE(m["value"].is_null()) << id;
    if (id != "lv.edv") continue;
    EXPECT_THAT(m["reason"].get<std::string>(), HasSubstr("Not all images"));
  }
  EXPECT_TRUE(results["curves"]["lvVolumeMl"].empty());
  EXPECT_THAT(outcome.objects.back().bytes, HasSubstr("Not all images were read"));
}

// From the header of the instances to what a reader is told.
TEST(AnalyzeInstances, DoubtsWhatWasTakenOverBeatsOfDifferentLength) {
  CMR_DEMO_SERIES(instances);
  std::vector<InstanceBytes> changed;
  for (const InstanceBytes& instance : instances) {
    changed.push_back(test::edited(instance, [&](DcmDataset& d) {
      d.putAndInsertString(DCM_NominalInterval, std::stoi(instance.name) <= 100 ? "923" : "1200");
    }));
  }
  const AnalysisOutcome outcome = test::analyze(reportRequestOf(changed));
  ASSERT_EQ(outcome.kind, OutcomeKind::analysed) << outcome.reason;
  const json results = json::parse(outcome.resultsJson);
  int found = 0;
  for (const json& flag : results["flags"]) found += flag["id"] == "irregular-rhythm" ? 1 : 0;
  EXPECT_EQ(found, 1);
  for (const json& m : results["measurements"]) {
    if (m["id"] != "lv.ef" && m["id"] != "lv.co") continue;
    EXPECT_NE(m["quality"], "good");
    EXPECT_THAT(m["reason"].get<std::string>(), HasSubstr("923 to 1200 ms"));
  }
  EXPECT_THAT(outcome.objects.back().bytes, HasSubstr("923 to 1200 ms"));
}

}  // namespace
}  // namespace cmr
