#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "analysis/errors.h"
#include "dicom_sr/read_series.h"
#include "dicom_sr/study_report.h"
#include "dicom_sr/writers.h"
#include "tests/support/judge.h"
#include "tests/support/synthetic_analysis.h"

namespace cmr {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string demoFolder = std::string(CMR_DEMO_DATA) + "/SCD0000301";

const SeriesStack& demo() {
  static const SeriesStack source = readFolder(demoFolder).stacks.at(0);
  return source;
}

std::string anyImage() {
  const auto file = std::filesystem::directory_iterator(demoFolder)->path();
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

const ProducedObject& seriesReport() {
  static const ProducedObject report = writeStructuredReport(
      demo(), test::circlesOn(demo()), test::fixedContext(),
      writeSegmentation(demo(), test::circlesOn(demo()), test::fixedContext()));
  return report;
}

StudyReportContent content() {
  StudyReportContent made;
  made.StudyInstanceUID = demo().StudyInstanceUID;
  made.package = "starter 1.0.0";
  made.packageSha256 = std::string(64, 'a');
  made.parts = {{seriesReport().SOPInstanceUID, "Short-axis cine"}};
  made.comments = {"Research use.", "Not analysed: a scout."};
  made.fingerprint = "f";
  return made;
}

const std::vector<InstanceBytes>& instances() {
  static const std::vector<InstanceBytes> all{{"report", seriesReport().bytes},
                                              {"image", anyImage()}};
  return all;
}

ProducedObject written(const StudyReportContent& what = content()) {
  return writeStudyReport(what, instances(), "20260102030405");
}

std::string dumpOf(const ProducedObject& object) {
  const test::TemporaryFolder folder;
  const std::string file = folder.write("report.dcm", object.bytes);
  const test::Verdict read = test::run("dsrdump -Ee '" + file + "'");
  EXPECT_EQ(read.status, 0) << read.output;
  return read.output + test::run("dcmdump +L -Un '" + file + "'").output;
}

// In the tree that dcmdump shows.
int groupsIn(const std::string& text) {
  int count = 0;
  for (const std::string& line : test::linesOf(text)) {
    count += line.find("CodeMeaning") != std::string::npos &&
             line.find("[Measurement Group]") != std::string::npos;
  }
  return count;
}

TEST(WriteStudyReport, TakesOverTheNumbersOfItsPartsWithTheirOutlines) {
  const std::string text = dumpOf(written());
  EXPECT_THAT(text, HasSubstr("Short-axis cine: LV endocardium ED"));
  EXPECT_THAT(text, HasSubstr("60.25"));
  EXPECT_THAT(text, HasSubstr("POLYLINE"));
  EXPECT_THAT(text, HasSubstr("Not analysed: a scout."));
  // Outlines that hold an area alone stay where they are: two groups for five numbers each of the
  // left ventricle, one for the right.
  EXPECT_EQ(groupsIn(text), 3);
  EXPECT_GT(groupsIn(dumpOf(seriesReport())), 40);
  EXPECT_THAT(text, Not(HasSubstr("PredecessorDocumentsSequence")));
  EXPECT_THAT(text, HasSubstr(seriesReport().SOPInstanceUID));
}

TEST(WriteStudyReport, IsAcceptedByDciodvfyAndTheSameTwice) {
  for (const std::string& error : test::dciodvfyErrors(written(), demo())) ADD_FAILURE() << error;
  EXPECT_EQ(written().bytes, written().bytes);
}

TEST(WriteStudyReport, IsTakenByDicomSrValidator) {
  const std::optional<std::vector<std::string>> errors = test::dicomSrErrors(written(), "1410");
  if (!errors) GTEST_SKIP() << "no PixelMed";
  EXPECT_THAT(*errors, testing::IsEmpty());
}

TEST(WriteStudyReport, SaysThatItIsPartialWhereSomethingIsMissing) {
  StudyReportContent partial = content();
  partial.isPartial = true;
  const ProducedObject report = written(partial);
  EXPECT_THAT(dumpOf(report), HasSubstr("[PARTIAL]"));
  EXPECT_THAT(dumpOf(written()), HasSubstr("[COMPLETE]"));
  for (const std::string& error : test::dciodvfyErrors(report, demo())) ADD_FAILURE() << error;
}

TEST(WriteStudyReport, NamesTheReportThatItReplacesAndIsAnotherOne) {
  StudyReportContent later = content();
  later.predecessor = {"1.2.840.10008.5.1.4.1.1.88.33", "2.25.7", "2.25.8"};
  later.fingerprint = "g";
  const ProducedObject second = written(later);
  EXPECT_THAT(dumpOf(second), HasSubstr("PredecessorDocumentsSequence"));
  EXPECT_NE(second.SOPInstanceUID, written().SOPInstanceUID);
  EXPECT_NE(second.SeriesInstanceUID, written().SeriesInstanceUID);
  for (const std::string& error : test::dciodvfyErrors(second, demo())) ADD_FAILURE() << error;
}

TEST(WriteStudyReport, IsOneInWordsAloneWhereNoPartIsThere) {
  StudyReportContent words = content();
  words.parts.clear();
  const ProducedObject report = writeStudyReport(words, {instances().back()}, "20260102030405");
  EXPECT_THAT(dumpOf(report), HasSubstr("Not analysed: a scout."));
  for (const std::string& error : test::dciodvfyErrors(report, demo())) ADD_FAILURE() << error;
}

TEST(WriteStudyReport, RefusesAPartThatIsMissingAndOneOfAnotherStudy) {
  EXPECT_THROW(writeStudyReport(content(), {instances().back()}, "20260102030405"), InputError);
  StudyReportContent other = content();
  other.StudyInstanceUID = "1.2.3";
  EXPECT_THROW(writeStudyReport(other, instances(), "20260102030405"), InputError);
  EXPECT_THROW(writeStudyReport(content(), {instances().front()}, "20260102030405"), InputError);
}

}  // namespace
}  // namespace cmr
