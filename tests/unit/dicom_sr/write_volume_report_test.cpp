#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <optional>
#include <set>
#include <utility>

#include "dicom_sr/number_groups.h"
#include "dicom_sr/phase_numbers.h"
#include "dicom_sr/read_series.h"
#include "dicom_sr/writers.h"
#include "tests/support/judge.h"
#include "tests/support/real_series.h"
#include "tests/support/synthetic_analysis.h"
#include "tests/support/written_report.h"

namespace cmr {
namespace {

using test::fixedContext;
using test::readBack;
using test::WrittenReport;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::string demoFolder = std::string(CMR_DEMO_DATA) + "/SCD0000301";

// Two phases of the demo series are enough, and quick.
SeriesStack demoStack() {
  std::vector<InstanceBytes> some;
  for (InstanceBytes& instance : test::instancesBelow(demoFolder)) {
    const int phase = std::stoi(instance.name) % 20;
    if (phase == 1 || phase == 8) some.push_back(std::move(instance));
  }
  return readInstances(some).stacks.at(0);
}

Measurement numberOf(const std::string& id) {
  const Code unit{"%", "UCUM", "percent"};
  return test::measurementOf(id, "Label of " + id, {"1", "99CMR", id.substr(0, 20)}, unit, -19.5);
}

// With curves, and a wall by segment.
SaxAnalysis analysisOf(const SeriesStack& source) {
  SaxAnalysis a = test::circlesOn(source);
  for (int phase = 0; phase < a.labels.phaseCount; ++phase) {
    a.phaseTimesMs.push_back(40.0 * phase);
    a.lvVolumeMl.push_back(100.04 + phase);
    a.rvVolumeMl.push_back(110 + phase);
    a.wall.strain.global.emplace_back(WallStrain{-20, -15.25, 30});
  }
  for (const char* const id : {"lv.wall.ecc.mid", "lv.wall.segment.8.ed", "lv.wall.segment.8.es",
                               "lv.wall.segment.8.thickening"}) {
    a.measurements.push_back(numberOf(id));
  }
  return a;
}

WrittenReport write(const SeriesStack& source, const SaxAnalysis& analysis) {
  WrittenReport written;
  written.segmentations = writeSegmentation(source, analysis, fixedContext());
  written.report = writeVolumeReport(source, analysis, fixedContext(), written.segmentations);
  return written;
}

TEST(WriteVolumeReport, TiesVolumesToTheirSegmentsAndGivesWhatHasNoOutlineInGroupsOfItsOwn) {
  const SeriesStack source = demoStack();
  const std::string seen = readBack(write(source, analysisOf(source)), demoFolder, "--volumes ");
  // Six volumes, function of the LV, strain, heart rate, one wall segment at ED and at ES, two
  // phases.
  EXPECT_THAT(seen, HasSubstr("groups 13 images 20"));
  for (const char* const line :
       {"group LV cavity ED 1411 segments 1 at ['End-diastole']\n",
        "group LV myocardium ES 1411 segments 1 at ['End-systole']\n",
        "group LV function 1501 segments 0 at []\n",
        "group AHA 8 mid anteroseptal ES 1501 segments 0 at ['End-systole']\n",
        "group Phase 1 of 2 1501 segments 0 at ['0 ms after the R wave, end-systole']\n",
        "number LV EDV = 151.4 mL in LV cavity ED\n", "number LV ESV = 60.2 mL in LV cavity ES\n",
        "number LV mass = 104.7 g in LV myocardium ED\n",
        "number RV EDV = 130 mL in RV cavity ED\n", "number LV EF = 60.25 % in LV function\n",
        "number Wall ED, AHA 8 = -19.5 % in AHA 8 mid anteroseptal ED\n",
        "number LV volume = 100 mL in Phase 1 of 2\n",
        "number LV GCS, mid-wall = -15.3 % in Phase 1 of 2\n",
        "range LV EDV: Reference range 81 to 204",
        "comment RV ejection fraction: not measured: The base of the right ventricle",
        "comment Numbers by phase are computed as follows and are no surer than that: LV volume as "
        "LV end-diastolic volume; RV volume as"}) {
    EXPECT_THAT(seen, HasSubstr(line));
  }
}

// Siemens often stores a short-axis cine as one series per slice, so that a volume is spread over
// several segmentations, of which TID 1411 can name one.
TEST(WriteVolumeReport, NamesEverySegmentationOfAVolumeThatIsSpreadOverSeveral) {
  SeriesStack source = demoStack();
  const int phases = source.stack.phaseCount;
  for (std::size_t i = 0; i < source.stack.frames.size(); ++i) {
    SourceFrame& image = source.sources.at(source.stack.frames[i].sourceIndex);
    if (static_cast<int>(i) / phases < 3) image.SeriesInstanceUID = "1.2.3";
  }
  SaxAnalysis analysis = analysisOf(source);
  const WrittenReport written = write(source, analysis);
  ASSERT_EQ(written.segmentations.size(), 2U);
  const test::TemporaryFolder folder;
  const std::string dump =
      test::run("dsrdump -Ev '" + folder.write("sr.dcm", written.report.bytes) + "'").output;
  EXPECT_THAT(dump, HasSubstr("\"Source\""));
  EXPECT_THAT(dump, Not(HasSubstr("Referenced Segment")));
  for (const ProducedObject& one : written.segmentations) {
    EXPECT_THAT(written.report.bytes, HasSubstr(one.SOPInstanceUID));
  }
}

TEST(WriteVolumeReport, GivesTheSameBytesTwiceAndOtherIdentifiersThanTheReport) {
  const SeriesStack source = demoStack();
  const SaxAnalysis analysis = analysisOf(source);
  const WrittenReport written = write(source, analysis);
  EXPECT_EQ(written.report.bytes, write(source, analysis).report.bytes);
  EXPECT_EQ(written.report.kind, ObjectKind::volumeReport);
  const ProducedObject other =
      writeStructuredReport(source, analysis, fixedContext(), written.segmentations);
  EXPECT_NE(written.report.SOPInstanceUID, other.SOPInstanceUID);
  EXPECT_NE(written.report.SeriesInstanceUID, other.SeriesInstanceUID);
}

TEST(WriteVolumeReport, IsTakenByDciodvfyAndDsrdump) {
  const SeriesStack source = demoStack();
  const ProducedObject report = write(source, analysisOf(source)).report;
  for (const std::string& error : test::dciodvfyErrors(report, source)) ADD_FAILURE() << error;
  const test::TemporaryFolder folder;
  // -Ev: the source's own identifiers are invalid.
  const test::Verdict dump =
      test::run("dsrdump -Ev '" + folder.write("sr.dcm", report.bytes) + "'");
  EXPECT_EQ(dump.status, 0) << dump.output;
  EXPECT_THAT(dump.output, HasSubstr("Referenced Segment"));
  EXPECT_THAT(dump.output, Not(HasSubstr("E: ")));
}

TEST(WriteVolumeReport, IsTakenByDicomSrValidator) {
  const SeriesStack source = demoStack();
  const std::optional<std::vector<std::string>> errors =
      test::dicomSrErrors(write(source, analysisOf(source)).report, "1411");
  if (!errors) GTEST_SKIP() << "no PixelMed";
  EXPECT_THAT(*errors, IsEmpty());
}

SaxAnalysis withNumbers(const std::vector<std::string>& ids) {
  SaxAnalysis analysis;
  analysis.labels = LabelStack(1, 1, 1, 2);
  analysis.package.release = {"", "report", "report", "report"};
  for (const std::string& id : ids) analysis.measurements.push_back(numberOf(id));
  return analysis;
}

std::vector<std::string> labelsOf(const SaxAnalysis& analysis) {
  std::vector<std::string> labels;
  for (const NumberGroup& group : numberGroups(analysis)) {
    if (!group.measurements.empty()) labels.push_back(group.label);
  }
  return labels;
}

// Law: each number is in one group, and no two groups are tracked as one.
TEST(NumberGroups, HoldEveryNumberOnceUnderTrackingKeysOfTheirOwn) {
  std::vector<std::string> ids{"lv.edv",      "lv.edvi",
                               "lv.esv",      "lv.mass",
                               "lv.massi",    "rv.edv",
                               "rv.esvi",     "lv.ef",
                               "lv.co",       "lv.per",
                               "rv.sv",       "lv.wall.mean",
                               "lv.wall.err", "lax.gls",
                               "lax.la.max",  "lax.ra.area",
                               "lax.mapse",   "lax.lv.edv.al",
                               "heart.rate",  "body.surface",
                               "t1.global",   "t1post.blood",
                               "ecv.global",  "lge.mass.5sd",
                               "unheard.of",  "lge.segment.3.percent"};
  for (int segment = 1; segment <= 16; ++segment) {
    for (const char* const kind : {".ed", ".es", ".thickening"}) {
      ids.push_back("lv.wall.segment." + std::to_string(segment) + kind);
    }
  }
  const SaxAnalysis analysis = withNumbers(ids);
  std::multiset<std::string> placed;
  std::set<std::string> keys;
  for (const NumberGroup& group : numberGroups(analysis)) {
    EXPECT_TRUE(keys.insert(group.trackingKey).second) << group.label;
    for (const Measurement* const one : group.measurements) placed.insert(one->id);
  }
  EXPECT_EQ(placed, std::multiset<std::string>(ids.begin(), ids.end()));
}

TEST(NumberGroups, ComeInTheOrderOfReading) {
  EXPECT_THAT(labelsOf(withNumbers({"heart.rate", "lax.gls", "rv.ef", "lv.ef", "rv.esv", "lv.mass",
                                    "lv.edv", "lv.wall.max", "lv.wall.segment.2.ed"})),
              ElementsAre("LV cavity ED", "LV myocardium ED", "RV cavity ES", "LV function",
                          "RV function", "LV wall", "LV strain of contours",
                          "Heart rate and body surface", "AHA 2 basal anteroseptal ED"));
}

TEST(NumberGroups, OfAStillHaveNeitherMomentNorTimePoint) {
  SaxAnalysis analysis =
      withNumbers({"t1.global", "t1.blood", "t1.segment.3", "lge.segment.3.percent"});
  analysis.isStill = true;
  EXPECT_THAT(labelsOf(analysis),
              ElementsAre("LV cavity", "LV myocardium", "AHA 3 basal inferoseptal"));
  for (const NumberGroup& group : numberGroups(analysis)) EXPECT_EQ(group.timePoint, "");
}

TEST(NumberGroups, HoldNothingThatThePackageKeepsBackNorWhatHasNoValue) {
  SaxAnalysis analysis = withNumbers({"lv.edv", "rv.edv", "rv.ef", "lv.esv"});
  analysis.package.release[3] = "off";
  analysis.measurements.back().value.reset();
  EXPECT_THAT(labelsOf(analysis), ElementsAre("LV cavity ED"));
}

TEST(PhaseCurves, AreThereWhereTheNumberThatTheyRestOnIsReported) {
  SaxAnalysis analysis = withNumbers({"lv.edv", "rv.edv"});
  analysis.lvVolumeMl = {100.26, -0.01};
  analysis.rvVolumeMl = {90, 40};
  analysis.measurements[1].value.reset();
  const std::vector<PhaseCurve> curves = phaseCurves(analysis);
  ASSERT_EQ(curves.size(), 1U);
  EXPECT_EQ(curves[0].concept_.meaning, "LV volume");
  EXPECT_THAT(curves[0].values, ElementsAre(100.3, 0.0));
  EXPECT_FALSE(std::signbit(*curves[0].values[1]));
  analysis.isStill = true;
  EXPECT_THAT(phaseCurves(analysis), IsEmpty());
}

}  // namespace
}  // namespace cmr
