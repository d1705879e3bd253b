#include "plugin/package_card.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "analysis/errors.h"
#include "tests/support/test_folder.h"

namespace cmr {
namespace {

TEST(PackageCard, ShowsTheManifestAndTheCardOfAPackage) {
  const auto folder = test::ownFolder();
  EXPECT_THROW(packageCard(folder), PackageError);
  std::ofstream(folder / "manifest.json") << "[1, 2";
  EXPECT_THROW(packageCard(folder), PackageError);
  std::ofstream(folder / "manifest.json") << R"({"name": "starter"})";
  EXPECT_EQ(packageCard(folder)["manifest"]["name"], "starter");
  EXPECT_EQ(packageCard(folder)["card"], "");
  std::ofstream(folder / "MODEL_CARD.md") << "# starter";
  EXPECT_EQ(packageCard(folder)["card"], "# starter");
}

}  // namespace
}  // namespace cmr
