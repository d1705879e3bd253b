#include "plugin/analyze_instances.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "analysis/errors.h"
#include "analysis/sha256.h"
#include "analysis/silent_heads.h"
#include "analysis/site_release.h"
#include "dicom_sr/read_series.h"
#include "plugin/analysis_findings.h"
#include "plugin/write_objects.h"
#include "tests/support/circle_analysis.h"
#include "tests/support/dicom_edit.h"
#include "tests/support/real_series.h"
#include "tests/support/synthetic_analysis.h"

namespace cmr {
namespace {

using nlohmann::json;
using test::analyze;
using test::CircleSegmenter;
using test::ignoreProgress;
using test::requestOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(AnalyzeInstances, GivesItsObjectsInTheOrderOfStoringWithTheReportLast) {
  CMR_DEMO_SERIES(instances);
  const AnalysisOutcome outcome = analyze(requestOf(instances));
  ASSERT_EQ(outcome.kind, OutcomeKind::analysed) << outcome.reason;
  std::vector<ObjectKind> kinds;
  for (const ProducedObject& object : outcome.objects) kinds.push_back(object.kind);
  EXPECT_THAT(kinds, ElementsAre(ObjectKind::segmentation, ObjectKind::resultPage,
                                 ObjectKind::wallPage, ObjectKind::contourCine,
                                 ObjectKind::document, ObjectKind::structuredReport));
}

TEST(AnalyzeInstances, MakesTheObjectsThatAreAskedForAndNoOthers) {
  CMR_DEMO_SERIES(instances);
  AnalysisRequest request = requestOf(instances);
  request.outputs = {"CINE", "SC"};
  const AnalysisOutcome outcome = analyze(request);
  ASSERT_EQ(outcome.objects.size(), 3U);
  EXPECT_EQ(outcome.objects[0].kind, ObjectKind::resultPage);
  EXPECT_EQ(outcome.objects[1].kind, ObjectKind::wallPage);
  EXPECT_EQ(outcome.objects[2].kind, ObjectKind::contourCine);
  EXPECT_EQ(json::parse(outcome.resultsJson)["objects"].size(), 3U);
}

TEST(WriteObjects, GivesTheReportOnVolumesWhereItIsAskedForAndTheReportLast) {
  CMR_DEMO_SERIES(instances);
  std::vector<InstanceBytes> twoPhases;  // are enough, and quick
  std::copy_if(instances.begin(), instances.end(), std::back_inserter(twoPhases),
               [](const InstanceBytes& one) { return std::stoi(one.name) % 20 < 2; });
  const SeriesStack source = readInstances(twoPhases).stacks.at(0);
  const auto objects =
      writeObjects(source, test::circlesOn(source), test::fixedContext(), {"VOLUMES", "SR", "SEG"});
  ASSERT_EQ(objects.size(), 3U);
  EXPECT_EQ(objects[0].kind, ObjectKind::segmentation);
  EXPECT_EQ(objects[1].kind, ObjectKind::volumeReport);
  EXPECT_EQ(objects[2].kind, ObjectKind::structuredReport);
}

// Circles, of a package one of whose heads is silent.
class QuietSegmenter final : public FrameSegmenter, public SilentHeads {
 public:
  Segmentation segment(const ImageStack& stack, const ProgressCallback& progress) override {
    silent = {{"view", "it failed"}};
    return circles.segment(stack, progress);
  }
  const PackageIdentity& identity() const override { return circles.identity(); }
  std::vector<SilentHead> silentHeads() const override { return silent; }
  void forgetFailures() override { silent = lasting; }

  std::vector<SilentHead> lasting;  // not run at all
  std::vector<SilentHead> silent;
  CircleSegmenter circles;
};

TEST(AnalyzeInstances, SaysWhichHeadsAreSilentWhereNothingWasAnalysed) {
  QuietSegmenter segmenter;
  segmenter.lasting = {{"disease", "its file is not allowed"}};
  segmenter.silent = {{"sequence", "it failed in an earlier series"}};
  const AnalysisOutcome outcome = analyzeInstances({}, segmenter, ignoreProgress);
  EXPECT_EQ(json::parse(outcome.resultsJson)["silentHeads"],
            (json{{"disease", "its file is not allowed"}}));
  EXPECT_FALSE(json::parse(analyze({}).resultsJson).contains("silentHeads"));
}

TEST(AnalyzeInstances, SaysWhichHeadsAreSilentAndTellsTheirResultsApart) {
  CMR_DEMO_SERIES(instances);
  AnalysisRequest request = requestOf(instances);
  request.outputs = {"SC"};
  QuietSegmenter segmenter;
  const json quiet = json::parse(analyzeInstances(request, segmenter, ignoreProgress).resultsJson);
  const json plain = json::parse(analyze(request).resultsJson);
  EXPECT_EQ(quiet["silentHeads"], (json{{"view", "it failed"}}));
  EXPECT_FALSE(plain.contains("silentHeads"));
  EXPECT_NE(quiet["settings"], plain["settings"]);
}

TEST(AnalyzeInstances, WritesEverythingAboutTheResultIntoTheResultsDocument) {
  CMR_DEMO_SERIES(instances);
  const AnalysisOutcome outcome = analyze(requestOf(instances, "20240102"));
  const json results = json::parse(outcome.resultsJson);
  EXPECT_EQ(results["schemaVersion"], 1);
  EXPECT_EQ(results["outcome"], "analysed");
  EXPECT_EQ(results["dateTime"]["value"], "20240102000000");
  EXPECT_EQ(results["dateTime"]["origin"], "request");
  EXPECT_EQ(results["package"]["sha256"], std::string(64, 'c'));
  EXPECT_EQ(results["package"]["structures"]["rv_cavity"]["evidence"], "phantom");
  EXPECT_EQ(results["source"]["slices"], 10);
  EXPECT_EQ(results["source"]["phases"], 20);
  EXPECT_EQ(results["source"]["phaseOrder"], "TriggerTime");
  EXPECT_EQ(results["source"]["images"].size(), 200U);
  EXPECT_EQ(results["curves"]["lvVolumeMl"].size(), 20U);
  EXPECT_EQ(results["keyPhases"]["endDiastole"]["phase"], 0);
  EXPECT_EQ(results["keyPhases"]["endSystole"]["phase"], 10);
  ASSERT_EQ(results["objects"].size(), outcome.objects.size());
  for (std::size_t i = 0; i < outcome.objects.size(); ++i) {
    EXPECT_EQ(results["objects"][i]["SOPInstanceUID"], outcome.objects[i].SOPInstanceUID);
    EXPECT_EQ(results["objects"][i]["sha256"], sha256Hex(outcome.objects[i].bytes));
  }
  for (const json& m : results["measurements"]) {
    EXPECT_EQ(m["value"].is_null(), m["quality"] == "unmeasurable") << m;
    EXPECT_TRUE(m["quality"] == "good" || !m["reason"].get<std::string>().empty()) << m;
  }
}

// Of the page's pixels nothing can be searched; it draws the same flags and measurements.
TEST(AnalyzeInstances, KeepsWhatIsNotReleasedApartInTheResultsDocumentAlone) {
  CMR_DEMO_SERIES(instances);
  CircleSegmenter segmenter;
  segmenter.identity_.release[3] = "off";
  const AnalysisOutcome outcome = analyzeInstances(requestOf(instances), segmenter, ignoreProgress);
  ASSERT_EQ(outcome.kind, OutcomeKind::analysed) << outcome.reason;
  const json results = json::parse(outcome.resultsJson);
  const json& right = results["experimental"]["rv_cavity"];
  EXPECT_EQ(right["release"], "off");
  EXPECT_EQ(right["evidence"], "phantom");
  EXPECT_THAT(right["reason"].get<std::string>(), HasSubstr("synthetic images only"));
  EXPECT_EQ(right["volumeMl"].size(), 20U);
  ASSERT_EQ(right["measurements"].size(), 7U);
  EXPECT_EQ(right["measurements"][0]["id"], "rv.edv");
  EXPECT_GT(right["measurements"][0]["value"], 0);
  EXPECT_EQ(right["measurements"][0]["reported"], false);
  EXPECT_TRUE(results["curves"]["rvVolumeMl"].empty());
  for (const json& m : results["measurements"]) {
    // Without height and weight nothing is indexed.
    if (m["indexedFrom"] != "" || m["id"] == "body.surface") continue;
    EXPECT_EQ(m["value"].is_null(), m["id"].get<std::string>().starts_with("rv")) << m;
  }
  for (const json& flag : results["flags"]) {
    EXPECT_THAT(flag["text"].get<std::string>(), Not(HasSubstr("right"))) << flag;
  }
}

TEST(AnalyzeInstances, ReportsWhatTheSiteTurnedOnUnderIdentifiersOfItsOwn) {
  CMR_DEMO_SERIES(instances);
  CircleSegmenter released;
  CircleSegmenter turnedOn;
  turnedOn.identity_.release[3] = "off";
  turnOn(turnedOn.identity_, {"rv_cavity"});
  const AnalysisOutcome one = analyzeInstances(requestOf(instances), released, ignoreProgress);
  const AnalysisOutcome two = analyzeInstances(requestOf(instances), turnedOn, ignoreProgress);
  ASSERT_EQ(two.kind, OutcomeKind::analysed) << two.reason;
  const json results = json::parse(two.resultsJson);
  EXPECT_TRUE(results["experimental"].empty());
  EXPECT_EQ(results["package"]["structures"]["rv_cavity"]["release"], "site");
  EXPECT_EQ(results["curves"]["rvVolumeMl"].size(), 20U);
  EXPECT_THAT(two.objects.back().bytes, HasSubstr("configuration asks for"));
  for (std::size_t i = 0; i < one.objects.size(); ++i) {
    EXPECT_NE(one.objects[i].SOPInstanceUID, two.objects[i].SOPInstanceUID);
  }
}

TEST(AnalyzeInstances, HasNothingExperimentalWhenAllIsReleased) {
  CMR_DEMO_SERIES(instances);
  const json results = json::parse(analyze(requestOf(instances)).resultsJson);
  EXPECT_TRUE(results["experimental"].is_object());
  EXPECT_TRUE(results["experimental"].empty());
}

// The images of a measurement can be followed back to the instances that they are.
TEST(AnalyzeInstances, NamesTheImagesBehindANumber) {
  CMR_DEMO_SERIES(instances);
  const json results = json::parse(analyze(requestOf(instances)).resultsJson);
  const json& edv = results["measurements"][0];
  ASSERT_EQ(edv["id"], "lv.edv");
  ASSERT_FALSE(edv["images"].empty());
  for (const json& index : edv["images"]) {
    EXPECT_EQ(results["source"]["images"][index.get<std::size_t>()]["phase"], 0);
  }
}

TEST(AnalyzeInstances, GivesTheSameBytesAgainWhateverTheOrderOfTheInstances) {
  CMR_DEMO_SERIES(instances);
  std::vector<InstanceBytes> reversed(instances.rbegin(), instances.rend());
  const AnalysisOutcome one = analyze(requestOf(instances));
  const AnalysisOutcome two = analyze(requestOf(reversed));
  EXPECT_EQ(one.resultsJson, two.resultsJson);
  ASSERT_EQ(one.objects.size(), two.objects.size());
  for (std::size_t i = 0; i < one.objects.size(); ++i) {
    EXPECT_EQ(one.objects[i].bytes, two.objects[i].bytes) << i;
  }
}

TEST(AnalyzeInstances, GivesOtherIdentifiersForAnotherPackage) {
  CMR_DEMO_SERIES(instances);
  CircleSegmenter other;
  other.identity_.sha256 = std::string(64, 'd');
  const AnalysisOutcome one = analyze(requestOf(instances));
  const AnalysisOutcome two = analyzeInstances(requestOf(instances), other, ignoreProgress);
  for (std::size_t i = 0; i < one.objects.size(); ++i) {
    EXPECT_NE(one.objects[i].SOPInstanceUID, two.objects[i].SOPInstanceUID);
  }
}

TEST(AnalyzeInstances, ReferencesInvalidIdentifiersByteForByte) {
  CMR_REAL_SERIES(instances, "sunnybrook-dicom/SCD0000101");
  const AnalysisOutcome outcome = analyze(requestOf(instances));
  ASSERT_EQ(outcome.kind, OutcomeKind::analysed) << outcome.reason;
  const json results = json::parse(outcome.resultsJson);
  ASSERT_EQ(results["source"]["images"].size(), 240U);
  // Of the key phases, every image must be named in segmentation and report as the source has it.
  int looked = 0;
  int invalid = 0;
  for (const json& image : results["source"]["images"]) {
    if (image["phase"] != results["keyPhases"]["endDiastole"]["phase"]) continue;
    const auto uid = image["SOPInstanceUID"].get<std::string>();
    // A component with a leading zero: invalid (PS3.5 9.1), and real.
    if (uid.find(".0") != std::string::npos) ++invalid;
    EXPECT_NE(outcome.objects.front().bytes.find(uid), std::string::npos) << uid;
    EXPECT_NE(outcome.objects.back().bytes.find(uid), std::string::npos) << uid;
    ++looked;
  }
  EXPECT_EQ(looked, 12);
  EXPECT_GT(invalid, 0);
  EXPECT_EQ(results["dateTime"]["origin"], "fixed");  // its dates are 20120000
}

TEST(AnalyzeInstances, SaysWhatComputingItTookAndNothingOfTheJobBefore) {
  CMR_DEMO_SERIES(instances);
  CircleSegmenter segmenter;
  segmenter.use.batches.ran(2);
  const AnalysisOutcome outcome = analyzeInstances(requestOf(instances), segmenter, ignoreProgress);
  ASSERT_EQ(outcome.kind, OutcomeKind::analysed) << outcome.reason;
  BatchCounts whole;
  whole.ran(instances.size());
  EXPECT_EQ(outcome.use.batches, whole);
  EXPECT_EQ(analyzeInstances({}, segmenter, ignoreProgress).use.batches, BatchCounts{});
}

TEST(AnalyzeInstances, TakesTheDateOfTheSourceWhenNoneIsAskedFor) {
  SeriesStack source;
  EXPECT_EQ(outputDate("", source).origin, "fixed");
  source.latestDateTime = "20120314101500";
  EXPECT_EQ(outputDate("", source).dateTime, "20120314101500");
  EXPECT_EQ(outputDate("20240101120000.5", source).dateTime, "20240101120000");
  EXPECT_THROW(outputDate("yesterday", source), InputError);
}

void expectRefused(const std::vector<InstanceBytes>& instances, const std::string& cause) {
  CircleSegmenter segmenter;
  const AnalysisOutcome outcome = analyzeInstances(requestOf(instances), segmenter, ignoreProgress);
  EXPECT_EQ(outcome.kind, OutcomeKind::notAnalysable) << cause;
  EXPECT_THAT(outcome.reason, HasSubstr(cause));
  EXPECT_TRUE(outcome.objects.empty());
  EXPECT_EQ(segmenter.calls, 0);
  const json results = json::parse(outcome.resultsJson);
  EXPECT_EQ(results["outcome"], "notAnalysable");
  EXPECT_EQ(results["reason"], outcome.reason);
  EXPECT_FALSE(results["verdicts"].empty());
}

TEST(AnalyzeInstances, NamesTheCauseOfBadInput) {
  CMR_DEMO_SERIES(instances);
  expectRefused({}, "no files");
  expectRefused({{"notes.txt", "The heart was fine."}}, "DICOM");
  std::vector<InstanceBytes> changed = {test::edited(instances[0], [](DcmDataset& dataset) {
    dataset.putAndInsertString(DCM_Modality, "CT");
    dataset.putAndInsertString(DCM_SOPClassUID, UID_CTImageStorage);
  })};
  expectRefused(changed, "CT");
  InstanceBytes half = instances[0];
  half.bytes.resize(half.bytes.size() / 2);
  expectRefused({half}, "cut off");
}

TEST(AnalyzeInstances, RefusesOneSliceOnePhaseAndASeriesWithAHole) {
  CMR_DEMO_SERIES(instances);
  std::vector<InstanceBytes> oneSlice;
  std::vector<InstanceBytes> onePhase;
  std::vector<InstanceBytes> withHole;
  for (const InstanceBytes& instance : instances) {
    const int number = std::stoi(instance.name);
    if (number <= 20) oneSlice.push_back(instance);
    if (number % 20 == 1) onePhase.push_back(instance);
    if (number != 77) withHole.push_back(instance);
  }
  expectRefused(oneSlice, "has 1 slice");
  expectRefused(onePhase, "it is no cine");
  expectRefused(withHole, "lacks images");
}

TEST(AnalyzeInstances, RefusesWhatItWroteItself) {
  CMR_DEMO_SERIES(instances);
  const AnalysisOutcome outcome = analyze(requestOf(instances));
  for (const ProducedObject& object : outcome.objects) {
    expectRefused({{"again.dcm", object.bytes}}, "");
  }
}

TEST(AnalyzeInstances, StoresNothingWhenNoHeartWasFound) {
  CMR_DEMO_SERIES(instances);
  CircleSegmenter segmenter;
  segmenter.isBlind = true;
  const AnalysisOutcome outcome = analyzeInstances(requestOf(instances), segmenter, ignoreProgress);
  EXPECT_EQ(outcome.kind, OutcomeKind::notAnalysable);
  EXPECT_THAT(outcome.reason, HasSubstr("no heart was found"));
  EXPECT_TRUE(outcome.objects.empty());
}

TEST(AnalyzeInstances, RefusesTasksThatNobodyKnows) {
  CMR_DEMO_SERIES(instances);
  AnalysisRequest request = requestOf(instances);
  request.tasks = {"seg_brain"};
  EXPECT_EQ(analyze(request).kind, OutcomeKind::notAnalysable);
}

TEST(AnalyzeInstances, StopsWhenProgressAsksForItAndNeverGoesBackwards) {
  CMR_DEMO_SERIES(instances);
  CircleSegmenter segmenter;
  double last = 0;
  analyzeInstances(requestOf(instances), segmenter, [&](double fraction, const std::string&) {
    EXPECT_GE(fraction, last);
    EXPECT_LE(fraction, 1);
    last = fraction;
  });
  EXPECT_EQ(last, 1);
  EXPECT_THROW(analyzeInstances(requestOf(instances), segmenter,
                                [](double fraction, const std::string&) {
                                  if (fraction > 0.3) throw CancelledError("cancelled");
                                }),
               CancelledError);
}

TEST(AnalyzeInstances, MeasuresNothingOfAMapWhileItsHeadIsNotTurnedOnAndSaysSo) {
  CMR_REAL_SERIES(instances, "siemens-t1-lge/ssfp/T1map_imgs");
  CircleSegmenter segmenter;
  segmenter.head = segmenter.identity_;
  segmenter.head->release.fill("off");
  AnalysisRequest request = requestOf(instances);
  request.tasks = {};
  const AnalysisOutcome outcome = analyzeInstances(request, segmenter, ignoreProgress);
  EXPECT_EQ(outcome.kind, OutcomeKind::notAnalysable);
  EXPECT_THAT(outcome.reason, HasSubstr("a T1 map"));
  EXPECT_THAT(outcome.reason, HasSubstr(experimentalNotice));
  EXPECT_TRUE(outcome.objects.empty());
  EXPECT_TRUE(segmenter.tasks.empty());
  EXPECT_EQ(json::parse(outcome.resultsJson)["task"], "seg_map_sax");
  EXPECT_EQ(segmenter.looks, 1);
  ASSERT_EQ(json::parse(outcome.resultsJson)["firstLooks"].size(), 1U);
  EXPECT_EQ(json::parse(outcome.resultsJson)["firstLooks"][0]["isAnalysed"], false);
}

TEST(AnalyzeInstances, OutlinesAMapWhoseHeadTheSiteTurnedOnWithAReservationEverywhere) {
  CMR_REAL_SERIES(instances, "siemens-t1-lge/ssfp/T1map_imgs");
  CircleSegmenter segmenter;
  segmenter.head = segmenter.identity_;
  segmenter.head->release.fill(releasedBySite);
  AnalysisRequest request = requestOf(instances);
  request.tasks = {"seg_map_sax"};
  const AnalysisOutcome outcome = analyzeInstances(request, segmenter, ignoreProgress);
  ASSERT_EQ(outcome.kind, OutcomeKind::analysed) << outcome.reason;
  EXPECT_EQ(segmenter.tasks, std::vector<std::string>{"seg_map_sax"});
  ASSERT_EQ(outcome.objects.size(), 4U);
  EXPECT_THAT(outcome.objects[0].bytes, HasSubstr(experimentalNotice));
  EXPECT_THAT(outcome.objects[0].bytes, Not(HasSubstr("LV cavity ED")));
  EXPECT_THAT(outcome.objects.back().bytes, HasSubstr(experimentalNotice));
  EXPECT_THAT(outcome.objects.back().bytes, Not(HasSubstr("diastole")));
  const json results = json::parse(outcome.resultsJson);
  EXPECT_EQ(results["task"], "seg_map_sax");
  EXPECT_FALSE(results.contains("keyPhases"));
  EXPECT_THAT(results["flags"].dump(), HasSubstr(experimentalNotice));
  EXPECT_EQ(results["still"]["content"], "T1 map after contrast agent");
  EXPECT_EQ(results["measurements"][0]["id"], "t1post.global");
  EXPECT_NE(results["measurements"][0]["quality"], "good");
  EXPECT_FALSE(results["measurements"][0]["reason"].get<std::string>().empty());
}

}  // namespace
}  // namespace cmr
