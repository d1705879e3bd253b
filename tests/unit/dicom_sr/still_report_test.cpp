// Late enhancement and maps in report and page, on the grids of real series.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/septum_from_labels.h"
#include "analysis/site_release.h"
#include "analysis/still_measurements.h"
#include "dicom_sr/read_series.h"
#include "dicom_sr/segment_codes.h"
#include "dicom_sr/short_names.h"
#include "dicom_sr/writers.h"
#include "tests/support/judge.h"
#include "tests/support/real_series.h"
#include "tests/support/synthetic_analysis.h"

namespace cmr {
namespace {

using testing::HasSubstr;
using testing::Not;

// Circles with a right ventricle beside them, measured as a still.
SaxAnalysis stillOn(const SeriesStack& source, const StillContent& content) {
  SaxAnalysis a = test::circlesOn(source);
  a.isStill = true;
  a.task = content.sequence == "lge" ? "seg_lge_sax" : "seg_map_sax";
  a.stillWords = wordsOf(content);
  a.package.evidence = {"", "phantom", "phantom", "phantom"};
  a.package.release = {"", releasedBySite, releasedBySite, releasedBySite};
  a.septum = septumFromLabels(source.stack, a.labels, 0);
  a.measurements = measureStill(source.stack, a.labels, content, a.septum, {}, a.package);
  return a;
}

struct Seen {
  std::string report;  // what check_report.py reads
  std::string page;    // the text of the PDF
  std::vector<std::string> errors;
};

Seen seenOf(const SeriesStack& source, const SaxAnalysis& analysis, const std::string& folder) {
  const OutputContext context = test::fixedContext();
  const auto segmentations = writeSegmentation(source, analysis, context);
  const ProducedObject report = writeStructuredReport(source, analysis, context, segmentations);
  const test::TemporaryFolder files;
  const test::Verdict verdict =
      test::run("/usr/bin/python3 -W ignore '" CMR_TEST_SUPPORT "/check_report.py' '" +
                files.write("sr.dcm", report.bytes) + "' '" + folder + "' '" +
                files.write("seg.dcm", segmentations.at(0).bytes) + "'");
  EXPECT_EQ(verdict.status, 0) << verdict.output;
  Seen seen;
  seen.report = verdict.output;
  seen.page = test::run("pdftotext -layout '" +
                        files.write("page.pdf", drawResultPdf(source, analysis, context)) + "' -")
                  .output;
  seen.errors = test::dciodvfyErrors(report, source);
  return seen;
}

class StillReportTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::is_directory(folder("lge"))) GTEST_SKIP() << "no real images";
  }
  static std::string folder(const std::string& name) {
    return std::string(CMR_SHARED_DATA) + "/siemens-t1-lge/" + name;
  }
  static SeriesStack stackOf(const std::string& name) {
    return readInstances(test::instancesBelow(folder(name))).stacks.at(0);
  }
  const std::string map = "ssfp/T1map_imgs";
  const StillContent afterContrast{"t1_map", LgeImage::unknown, MapKind::t1AfterContrast};
  const StillContent psir{"lge", LgeImage::phaseSensitive, {}};
};

TEST_F(StillReportTest, GivesT1OfMuscleBloodAndSegmentsAndNamesThemExperimental) {
  const SeriesStack source = stackOf(map);
  const Seen seen = seenOf(source, stillOn(source, afterContrast), folder(map));
  for (const char* number : {"number T1 post = ", "number T1 post, Q1 = ",
                             "number T1 post of blood = ", "number T1 post, AHA 1 = "}) {
    EXPECT_THAT(seen.report, HasSubstr(number));
  }
  EXPECT_THAT(seen.report, HasSubstr("uncertain: The outlines are experimental"));
  EXPECT_THAT(seen.page, HasSubstr("T1 after contrast, LV muscle"));
  EXPECT_THAT(seen.page, HasSubstr("By AHA segment"));
  EXPECT_THAT(seen.page, HasSubstr("experimental"));
  EXPECT_THAT(seen.page, Not(HasSubstr("phase")));
  for (const std::string& error : seen.errors) ADD_FAILURE() << error;
}

TEST_F(StillReportTest, GivesTheExtentOfEnhancementByEveryMethod) {
  const SeriesStack source = stackOf("lge");
  const Seen seen = seenOf(source, stillOn(source, psir), folder("lge"));
  for (const char* number : {"number LGE of LV, 5 SD = ", "number LGE mass, 6 SD = ",
                             "number LGE, AHA 7 = ", "number LGE depth, AHA 7 = "}) {
    EXPECT_THAT(seen.report, HasSubstr(number));
  }
  EXPECT_THAT(seen.page, HasSubstr("remote mean + 5 SD"));
  EXPECT_THAT(seen.page, HasSubstr("Remote region"));
  for (const std::string& error : seen.errors) ADD_FAILURE() << error;
}

TEST_F(StillReportTest, SaysOnPageAndInReportWhyAMapWithoutAUnitIsWithheld) {
  SeriesStack source = stackOf(map);
  source.stack.rescaleUnits = "";
  const Seen seen = seenOf(source, stillOn(source, afterContrast), folder(map));
  const char* const why = "The map does not state that its values are milliseconds.";
  EXPECT_THAT(seen.report, HasSubstr(std::string("not measured: ") + why));
  EXPECT_THAT(seen.report, Not(HasSubstr("number T1")));
  EXPECT_THAT(seen.page, HasSubstr("Not measured: The map does not state"));
}

// The background of these images is flat at zero, as if the scanner had masked it.
TEST_F(StillReportTest,
       SaysOnPageAndInReportWhyHalfMaximumIsWithheldWithoutABackgroundAndGivesTheRest) {
  SeriesStack source = stackOf("lge");
  for (StackFrame& frame : source.stack.frames) {
    const auto columns = static_cast<std::size_t>(source.stack.columns);
    const auto rows = static_cast<std::size_t>(source.stack.rows);
    for (std::size_t i = 0; i < frame.pixels.size(); ++i) {
      const std::size_t row = i / columns;
      const std::size_t column = i % columns;
      const bool isInside = row > rows / 10 && row < rows - rows / 10 && column > columns / 10 &&
                            column < columns - columns / 10;
      if (!isInside) frame.pixels[i] = 0;
    }
  }
  const Seen seen = seenOf(source, stillOn(source, psir), folder("lge"));
  EXPECT_THAT(seen.report,
              HasSubstr("not measured: The phase-sensitive images show no background"));
  EXPECT_THAT(seen.report, Not(HasSubstr("number LGE of LV, FWHM")));
  EXPECT_THAT(seen.report, HasSubstr("number LGE of LV, 5 SD = "));
  EXPECT_THAT(seen.page, HasSubstr("show no background"));
}

TEST(SegmentCodes, AreSixteenDifferentOnes) {
  std::set<std::string> values;
  for (int segment = 1; segment <= 16; ++segment) values.insert(ahaCode(segment).value);
  EXPECT_EQ(values.size(), 16U);
  EXPECT_EQ(ahaCode(8).value, "396647004");
}

TEST(ShortNames, KnowSegmentsByTheirNumber) {
  EXPECT_EQ(segmentOf("lge.segment.12.percent"), 12);
  EXPECT_EQ(segmentOf("t1.segment.17"), 17);
  EXPECT_EQ(segmentOf("t1.global"), 0);
  EXPECT_EQ(shortNameOf("t2.segment.14"), "T2, AHA 14");
  EXPECT_LT(importanceOf("lge.percent.5sd"), importanceOf("lge.percent.fwhm"));
}

}  // namespace
}  // namespace cmr
