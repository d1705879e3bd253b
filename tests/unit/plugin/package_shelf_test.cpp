#include "plugin/package_shelf.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "analysis/errors.h"
#include "tests/support/small_package.h"

namespace cmr {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

class PackageShelfTest : public ::testing::Test {
 protected:
  test::SmallPackage usual;
  test::SmallPackage other;
  const std::string ofUsual = usual.install("usual");
  const std::string ofOther = other.install("other");
  std::string log;
  PackageShelf shelf{{{"", usual.folder().string()}, {"3t", other.folder().string()}},
                     {{"", ofUsual}, {"3t", ofOther}},
                     [this](LogLevel, const std::string& line) { log += line + "\n"; }};
};

TEST_F(PackageShelfTest, KnowsEachPackageByItsNameTheUsualOneFirst) {
  EXPECT_EQ(shelf.sha256(), ofUsual);
  EXPECT_EQ(shelf.sha256("3t"), ofOther);
  ASSERT_THAT(shelf.packages(), SizeIs(2));
  EXPECT_EQ(shelf.packages()[0].name, "");
  EXPECT_EQ(shelf.packages()[1].folder, other.folder().string());
}

TEST_F(PackageShelfTest, NeverTakesOnePackageForAnother) {
  EXPECT_THROW(shelf.sha256("7t"), ResourceError);
}

TEST_F(PackageShelfTest, WhatHappensInOneFolderIsOfThatPackageAlone) {
  std::filesystem::remove(other.folder() / "weights.safetensors");
  shelf.look();
  EXPECT_EQ(shelf.packages()[0].problem, "");
  EXPECT_THAT(shelf.packages()[1].problem, HasSubstr("weights.safetensors"));
  const std::string replaced = other.install("replaced");
  shelf.look();
  EXPECT_EQ(shelf.sha256("3t"), replaced);
  EXPECT_EQ(shelf.packages()[1].problem, "");
  EXPECT_EQ(shelf.sha256(), ofUsual);
}

}  // namespace
}  // namespace cmr
