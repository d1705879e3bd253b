#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "analysis/errors.h"
#include "dicom_sr/read_series.h"
#include "dicom_sr/writers.h"
#include "tests/support/dicom_edit.h"
#include "tests/support/judge.h"
#include "tests/support/real_series.h"
#include "tests/support/reshaped_stack.h"
#include "tests/support/synthetic_analysis.h"
#include "tests/support/written_report.h"

namespace cmr {
namespace {

using test::circlesOn;
using test::fixedContext;
using test::readBack;
using test::WrittenReport;
using testing::HasSubstr;
using testing::Not;

const std::string demoFolder = std::string(CMR_DEMO_DATA) + "/SCD0000301";

SeriesStack demoStack() {
  const ReadResult result = readFolder(demoFolder);
  if (result.stacks.size() != 1) throw std::runtime_error("the demo series does not read");
  return result.stacks.front();
}

WrittenReport write(const SeriesStack& source, const SaxAnalysis& analysis) {
  WrittenReport written;
  written.segmentations = writeSegmentation(source, analysis, fixedContext());
  written.report = writeStructuredReport(source, analysis, fixedContext(), written.segmentations);
  return written;
}

TEST(WriteStructuredReport, FollowsEveryRuleThatViewersNeed) {
  const SeriesStack source = demoStack();
  const std::string seen = readBack(write(source, circlesOn(source)), demoFolder);
  // Eight slices of endocardium and epicardium, six of the RV, at ED and at ES; twenty images at
  // the key phases and three others that numbers were computed from.
  EXPECT_THAT(seen, HasSubstr("groups 44 images 23"));
}

// OHIF writes the first five numbers of an outline and no more.
TEST(WriteStructuredReport, PutsTheMostImportantNumbersBesideTheKeyEndDiastolicContour) {
  const SeriesStack source = demoStack();
  const std::string seen = readBack(write(source, circlesOn(source)), demoFolder);
  const std::string key = " in LV endocardium ED, slice 6\n";
  for (const char* number :
       {"LV EF = 60.25 %", "LV EDV = 151.4 mL", "LV ESV = 60.2 mL", "LV mass = 104.7 g"}) {
    EXPECT_THAT(seen, HasSubstr("number " + std::string(number) + key));
  }
  EXPECT_THAT(seen, HasSubstr("tied LV endocardium ED, slice 6 = LV cavity ED\n"));
}

TEST(WriteStructuredReport, GivesRangesWithTheirSourceAndMarksIndices) {
  const SeriesStack source = demoStack();
  const std::string seen = readBack(write(source, circlesOn(source)), demoFolder);
  EXPECT_THAT(seen, HasSubstr("range LV EDV: Reference range 81 to 204: men of 20 to 80 years, "
                              "papillary muscles as volume (A study, 2025).\n"));
  EXPECT_THAT(seen, HasSubstr("number LV EDV index = 75.7 mL/m2 in"));
  EXPECT_THAT(seen, HasSubstr("comment Ranges: men of 20 to 80 years"));
}

TEST(WriteStructuredReport, TiesOneContourToEachSegmentOfTheSegmentation) {
  const SeriesStack source = demoStack();
  const std::string seen = readBack(write(source, circlesOn(source)), demoFolder);
  for (const char* segment : {"LV cavity ED", "LV myocardium ED", "RV cavity ED", "LV cavity ES",
                              "LV myocardium ES", "RV cavity ES"}) {
    EXPECT_THAT(seen, HasSubstr(std::string(" = ") + segment + "\n"));
  }
}

TEST(WriteStructuredReport, SaysWhatWasNotMeasuredWithTheReasonAndWritesNoZero) {
  const SeriesStack source = demoStack();
  const std::string seen = readBack(write(source, circlesOn(source)), demoFolder);
  EXPECT_THAT(seen, Not(HasSubstr("number RV EF")));
  EXPECT_THAT(seen, HasSubstr("comment RV ejection fraction: not measured: The base of the right "
                              "ventricle is not covered."));
  EXPECT_THAT(seen, HasSubstr("comment LV mass: uncertain: The epicardium is cut by the field of "
                              "view."));
  EXPECT_THAT(seen, HasSubstr("comment Warning: The most basal slice is uncertain."));
  EXPECT_THAT(seen, HasSubstr("comment Research use, not for diagnosis."));
}

TEST(WriteStructuredReport, RefusesToWriteANumberThatIsNotFinite) {
  const SeriesStack source = demoStack();
  SaxAnalysis analysis = circlesOn(source);
  analysis.measurements[0].value = std::nan("");
  const std::string seen = readBack(write(source, analysis), demoFolder);
  EXPECT_THAT(seen, Not(HasSubstr("number LV EDV =")));
  EXPECT_THAT(seen, HasSubstr("comment LV end-diastolic volume: not measured"));
}

TEST(WriteStructuredReport, LeavesOutWhatThePackageDoesNotReleaseAndSaysSo) {
  const SeriesStack source = demoStack();
  SaxAnalysis analysis = circlesOn(source);
  analysis.package.release[3] = "off";
  const std::string seen = readBack(write(source, analysis), demoFolder);
  EXPECT_THAT(seen, HasSubstr("groups 32 images 23"));
  EXPECT_THAT(seen, Not(HasSubstr("number RV")));
  EXPECT_THAT(seen, HasSubstr("comment RV cavity: not reported"));
}

TEST(WriteStructuredReport, StaysWholeWithoutAnyContour) {
  const SeriesStack source = demoStack();
  SaxAnalysis analysis = circlesOn(source);
  std::fill(analysis.labels.labels.begin(), analysis.labels.labels.end(), std::uint8_t{0});
  const WrittenReport written = write(source, analysis);
  EXPECT_THAT(readBack(written, demoFolder), HasSubstr("groups 0 images 23"));
  for (const std::string& error : test::dciodvfyErrors(written.report, source)) {
    ADD_FAILURE() << error;
  }
}

// A contour in two parts needs two groups under two names.
TEST(WriteStructuredReport, GivesEveryPartOfAContourAGroupOfItsOwn) {
  const SeriesStack source = demoStack();
  SaxAnalysis analysis = circlesOn(source);
  test::drawDisc(analysis.labels, 5, analysis.endDiastolePhase, 40, 40, 6, Structure::rvCavity);
  EXPECT_THAT(readBack(write(source, analysis), demoFolder), HasSubstr("groups 45 images 23"));
}

TEST(WriteStructuredReport, GivesTheSameBytesTwice) {
  const SeriesStack source = demoStack();
  const SaxAnalysis analysis = circlesOn(source);
  EXPECT_EQ(write(source, analysis).report.bytes, write(source, analysis).report.bytes);
}

TEST(WriteStructuredReport, TakesItsDateFromTheContextAlone) {
  const SeriesStack source = demoStack();
  const ProducedObject report = write(source, circlesOn(source)).report;
  DcmFileFormat file;
  test::parse(report.bytes, file);
  OFString value;
  for (const DcmTagKey& tag : {DCM_ContentDate, DCM_SeriesDate, DCM_InstanceCreationDate}) {
    file.getDataset()->findAndGetOFString(tag, value);
    EXPECT_EQ(value, "20120314");
  }
  EXPECT_TRUE(isOwnOutput(*file.getDataset()));
}

TEST(WriteStructuredReport, IsTakenByDciodvfyAndDsrdump) {
  const SeriesStack source = demoStack();
  const ProducedObject report = write(source, circlesOn(source)).report;
  for (const std::string& error : test::dciodvfyErrors(report, source)) ADD_FAILURE() << error;
  const test::TemporaryFolder folder;
  // -Ev: the source's own identifiers are invalid.
  const test::Verdict dump =
      test::run("dsrdump -Ev '" + folder.write("sr.dcm", report.bytes) + "'");
  EXPECT_EQ(dump.status, 0) << dump.output;
  EXPECT_THAT(dump.output, HasSubstr("LV EDV"));
  EXPECT_THAT(dump.output, HasSubstr("POLYLINE"));
  EXPECT_THAT(dump.output, Not(HasSubstr("E: ")));
}

TEST(WriteStructuredReport, ReferencesInvalidIdentifiersOfTheSourceByteForByte) {
  CMR_REAL_SERIES(instances, "sunnybrook-dicom/SCD0000101");
  const ReadResult result = readInstances(instances);
  ASSERT_EQ(result.stacks.size(), 1U);
  const SeriesStack& source = result.stacks.front();
  const WrittenReport written = write(source, circlesOn(source));
  readBack(written, std::string(CMR_SHARED_DATA) + "/sunnybrook-dicom/SCD0000101");
  for (const std::string& error : test::dciodvfyErrors(written.report, source)) {
    ADD_FAILURE() << error;
  }
  const std::string& key = source.sources.at(0).SOPInstanceUID;
  EXPECT_THAT(key, HasSubstr(".0"));  // a component with a leading zero: invalid, and real
  EXPECT_NE(written.report.bytes.find(source.StudyInstanceUID), std::string::npos);
}

// On a small series: the validator takes about a second for each group.
TEST(WriteStructuredReport, IsTakenByDicomSrValidator) {
  const SeriesStack source = test::reshaped(demoStack(), 5, 2);
  const std::optional<std::vector<std::string>> errors =
      test::dicomSrErrors(write(source, circlesOn(source)).report, "1410");
  if (!errors) GTEST_SKIP() << "no PixelMed";
  EXPECT_THAT(*errors, testing::IsEmpty());
}

}  // namespace
}  // namespace cmr
