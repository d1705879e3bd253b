// How a person asks the program which one it is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/program.h"
#include "tests/support/judge.h"

namespace cmr {
namespace {

using testing::HasSubstr;

const std::string nameAndVersion = std::string(programName) + " " + programVersion;

TEST(VersionCommand, AnswersTheUsualOptionWithNameAndVersionAlone) {
  const test::Verdict verdict = test::run(CMR_PROGRAM " --version");
  EXPECT_EQ(verdict.status, 0);
  EXPECT_EQ(verdict.output, nameAndVersion + "\n");
}

TEST(VersionCommand, SaysWithWhatItComputesWhenAskedAsASubcommand) {
  const test::Verdict verdict = test::run(CMR_PROGRAM " version");
  EXPECT_EQ(verdict.status, 0);
  EXPECT_THAT(verdict.output, HasSubstr(nameAndVersion + "\n"));
  EXPECT_THAT(verdict.output, HasSubstr("Libraries: LibTorch "));
  EXPECT_THAT(verdict.output, HasSubstr("BLAS: "));
}

TEST(VersionCommand, StillNamesWhatIsMissingWhenNothingIsAsked) {
  const test::Verdict verdict = test::run(CMR_PROGRAM);
  EXPECT_EQ(verdict.status, 2);
  EXPECT_THAT(verdict.output, HasSubstr("A subcommand is required"));
}

}  // namespace
}  // namespace cmr
