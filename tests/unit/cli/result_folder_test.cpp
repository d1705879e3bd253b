#include "cli/result_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <iterator>

#include "analysis/errors.h"
#include "tests/support/judge.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> namesIn(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

using Names = std::vector<std::string>;

TEST(ResultFolder, AppearsAsAWholeUnderItsNameAndLeavesNothingElse) {
  const test::TemporaryFolder folder;
  const fs::path target = fs::path(folder.path()) / "below" / "out/";
  ResultFolder results(target, false);
  results.write("results.json", "{}");
  EXPECT_FALSE(fs::exists(target));
  results.write("a.dcm", "abc");
  results.finish();
  EXPECT_EQ(namesIn(target), (Names{"a.dcm", "results.json"}));
  EXPECT_EQ(namesIn(target.parent_path().parent_path()), (Names{"out"}));
}

TEST(ResultFolder, IsGoneWhenTheWorkWasNotFinished) {
  const test::TemporaryFolder folder;
  {
    ResultFolder results(fs::path(folder.path()) / "out", false);
    results.write("a.dcm", "abc");
  }
  EXPECT_TRUE(namesIn(folder.path()).empty());
}

TEST(ResultFolder, TakesAnEmptyFolderAndRefusesAFullOne) {
  const test::TemporaryFolder folder;
  const fs::path target = fs::path(folder.path()) / "out";
  fs::create_directory(target);
  {
    ResultFolder results(target, false);
    results.write("results.json", "1");
    results.finish();
  }
  EXPECT_THROW(ResultFolder(target, false), InputError);
  EXPECT_EQ(namesIn(target), (Names{"results.json"}));
}

TEST(ResultFolder, ReplacesAnEarlierResultWhenAskedToAndNothingElse) {
  const test::TemporaryFolder folder;
  const fs::path target = fs::path(folder.path()) / "out";
  fs::create_directory(target);
  folder.write("out/results.json", "old");
  folder.write("out/old.dcm", "old");
  {
    ResultFolder results(target, true);
    results.write("results.json", "new");
    EXPECT_EQ(namesIn(target), (Names{"old.dcm", "results.json"}));
    results.finish();
  }
  EXPECT_EQ(namesIn(target), (Names{"results.json"}));
  EXPECT_EQ(namesIn(folder.path()), (Names{"out"}));
  fs::create_directory(fs::path(folder.path()) / "photos");
  folder.write("photos/cat.png", "cat");
  EXPECT_THROW(ResultFolder(fs::path(folder.path()) / "photos", true), InputError);
  folder.write("file", "text");
  EXPECT_THROW(ResultFolder(fs::path(folder.path()) / "file", true), InputError);
}

TEST(ResultFolder, SaysWhereNothingCanBeWritten) {
  try {
    const ResultFolder results("/proc/nowhere/out", false);
    FAIL() << "it was written";
  } catch (const ResourceError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("/proc/nowhere"));
  }
}

}  // namespace
}  // namespace cmr
