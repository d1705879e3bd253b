#include "plugin/package_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/support/small_package.h"

namespace cmr {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class PackageWatchTest : public ::testing::Test {
 protected:
  PackageWatch watch() {
    return {package.folder().string(), first,
            [this](LogLevel, const std::string& line) { log += line + "\n"; }};
  }

  test::SmallPackage package;
  const std::string first = package.install("first weights");
  std::string log;
};

TEST_F(PackageWatchTest, APackageThatStaysIsTheOneTheServiceStartedWith) {
  PackageWatch watched = watch();
  watched.look();
  EXPECT_EQ(watched.sha256(), first);
  EXPECT_THAT(watched.problem(), IsEmpty());
  EXPECT_THAT(log, IsEmpty());
}

TEST_F(PackageWatchTest, AnotherWholePackageIsTakenAndLogged) {
  PackageWatch watched = watch();
  const std::string second = package.install("second weights");
  watched.look();
  EXPECT_NE(second, first);
  EXPECT_EQ(watched.sha256(), second);
  EXPECT_THAT(log, HasSubstr(second));
}

TEST_F(PackageWatchTest, APackageReplacedBeforeTheWatchBeganIsFoundToo) {
  const std::string second = package.install("second weights");
  PackageWatch watched = watch();
  watched.look();
  EXPECT_EQ(watched.sha256(), second);
}

TEST_F(PackageWatchTest, AHalfCopiedPackageIsNotTakenUntilItIsWhole) {
  PackageWatch watched = watch();
  const std::string second = package.installManifestOf("second weights");
  watched.look();
  EXPECT_EQ(watched.sha256(), first);
  EXPECT_THAT(watched.problem(), HasSubstr("weights.safetensors"));
  EXPECT_THAT(log, HasSubstr("still being copied"));
  const std::string said = log;
  watched.look();
  EXPECT_EQ(log, said);  // once
  EXPECT_EQ(package.install("second weights"), second);
  watched.look();
  EXPECT_EQ(watched.sha256(), second);
  EXPECT_THAT(watched.problem(), IsEmpty());
}

TEST_F(PackageWatchTest, WeightsThatChangeUnderTheirManifestAreFound) {
  PackageWatch watched = watch();
  package.writeWeights("other weights");  // as long as the first
  watched.look();
  EXPECT_EQ(watched.sha256(), first);
  EXPECT_THAT(watched.problem(), Not(IsEmpty()));
}

TEST_F(PackageWatchTest, AFolderThatDisappearedIsAProblemAndNoCrash) {
  PackageWatch watched = watch();
  std::filesystem::remove_all(package.folder());
  watched.look();
  EXPECT_EQ(watched.sha256(), first);
  EXPECT_THAT(watched.problem(), HasSubstr("manifest.json"));
}

}  // namespace
}  // namespace cmr
