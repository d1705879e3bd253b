// The real `cmr`, as people and scripts call it.
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/dicom_edit.h"
#include "tests/support/judge.h"
#include "tests/support/real_series.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

class AnalyzeCommand : public testing::Test {
 protected:
  // Images first, the package only when there is something to segment: no package is needed here.
  test::Verdict analyze(const std::string& input, const std::string& more = "") const {
    return test::run(CMR_PROGRAM " analyze '" + input + "' -o '" + output() + "' " + more);
  }
  std::string output() const { return folder_.path() + "/out"; }
  std::string input() const { return folder_.path() + "/in"; }
  void put(const std::string& name, const std::string& bytes) const {
    fs::create_directories(input());
    folder_.write("in/" + name, bytes);
  }
  void expectRefused(const std::string& cause) const {
    const test::Verdict verdict = analyze(input());
    EXPECT_EQ(verdict.status, 3) << verdict.output;
    EXPECT_THAT(verdict.output, HasSubstr("not analysable"));
    EXPECT_THAT(verdict.output, HasSubstr(cause));
    EXPECT_THAT(verdict.output, Not(HasSubstr("E: ")));  // DCMTK's own lines quote patients' values
    EXPECT_TRUE(fs::exists(output() + "/results.json"));
  }

  const test::TemporaryFolder folder_;
};

std::vector<InstanceBytes> demoSeries() {
  return test::instancesBelow(std::string(CMR_DEMO_DATA) + "/SCD0000301");
}

TEST_F(AnalyzeCommand, SaysThatAFolderIsEmpty) {
  fs::create_directories(input());
  expectRefused("there are no files");
}

TEST_F(AnalyzeCommand, SaysThatAFileIsNoDicom) {
  put("letter.txt", "Dear colleague");
  expectRefused("DICOM");
}

TEST_F(AnalyzeCommand, SaysThatASeriesIsCt) {
  put("ct.dcm", test::edited(demoSeries().at(0), [](DcmDataset& dataset) {
                  dataset.putAndInsertString(DCM_Modality, "CT");
                  dataset.putAndInsertString(DCM_SOPClassUID, UID_CTImageStorage);
                }).bytes);
  expectRefused("CT");
}

TEST_F(AnalyzeCommand, SaysThatAFileIsTruncated) {
  const InstanceBytes whole = demoSeries().at(0);
  put(whole.name, whole.bytes.substr(0, whole.bytes.size() / 2));
  expectRefused("cut off");
}

TEST_F(AnalyzeCommand, SaysThatASeriesHasOneSliceOrOnePhase) {
  for (const InstanceBytes& instance : demoSeries()) {
    if (std::stoi(instance.name) <= 20) put(instance.name, instance.bytes);
  }
  expectRefused("has 1 slice");
}

TEST_F(AnalyzeCommand, SaysThatASeriesHasOnePhase) {
  for (const InstanceBytes& instance : demoSeries()) {
    if (std::stoi(instance.name) % 20 == 1) put(instance.name, instance.bytes);
  }
  expectRefused("it is no cine");
}

TEST_F(AnalyzeCommand, NamesTheFileOfABrokenPackageAndWritesNothing) {
  fs::create_directories(folder_.path() + "/package");
  folder_.write("package/manifest.json", "{\"schema\": ");
  const test::Verdict verdict = analyze(std::string(CMR_DEMO_DATA) + "/SCD0000301",
                                        "--package '" + folder_.path() + "/package'");
  EXPECT_EQ(verdict.status, 1) << verdict.output;
  EXPECT_THAT(verdict.output, HasSubstr("the manifest of " + folder_.path() + "/package"));
  EXPECT_FALSE(fs::exists(output()));
}

TEST_F(AnalyzeCommand, EndsWithTwoOnWrongUsage) {
  EXPECT_EQ(test::run(CMR_PROGRAM " analyze").status, 2);
  EXPECT_EQ(analyze(folder_.path() + "/nowhere").status, 2);
  fs::create_directories(input());
  const test::Verdict date = analyze(input(), "--datetime 20240230");
  EXPECT_EQ(date.status, 2);
  EXPECT_THAT(date.output, HasSubstr("20240230"));
  EXPECT_EQ(analyze(input(), "--precision float8").status, 2);
}

TEST_F(AnalyzeCommand, LeavesAFolderWithOtherThingsAlone) {
  fs::create_directories(output());
  folder_.write("out/thesis.txt", "years of work");
  fs::create_directories(input());
  const test::Verdict verdict = analyze(input(), "--overwrite");
  EXPECT_EQ(verdict.status, 2);
  EXPECT_THAT(verdict.output, HasSubstr("left alone"));
  EXPECT_TRUE(fs::exists(output() + "/thesis.txt"));
}

// A limit on the size of files stands for a full disk: the system refuses to write on.
TEST_F(AnalyzeCommand, SaysThatTheDiskIsFullAndLeavesNoHalfResult) {
  fs::create_directories(input());
  const test::Verdict verdict =
      test::run("bash -c \"trap '' XFSZ; ulimit -f 0; exec " CMR_PROGRAM " analyze '" + input() +
                "' -o '" + output() + "'\"");
  EXPECT_THAT(verdict.output, HasSubstr("cannot write " + output() + "/results.json"));
  EXPECT_FALSE(fs::exists(output()));
  EXPECT_TRUE(fs::is_empty(input()));
  int left = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder_.path())) ++left;
  EXPECT_EQ(left, 1);  // the input
}

}  // namespace
}  // namespace cmr
