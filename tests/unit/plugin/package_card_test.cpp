#include "plugin/package_card.h"

#include <gmock/gmock.h>
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

TEST(PackageCard, NamesHeadsWhoseScriptTheSiteDoesNotAllow) {
  const auto folder = test::ownFolder();
  EXPECT_TRUE(silentHeadsOf(folder, {}).empty());
  std::ofstream(folder / "manifest.json") << R"({"heads": [3]})";
  EXPECT_TRUE(silentHeadsOf(folder, {}).empty());
  const std::string sha256(64, 'b');
  std::ofstream(folder / "manifest.json") << R"({"network": {"backbone": {"depth": 2}}, "heads":
      {"view": {"architecture": "pooled", "layers": [1], "network": {"torchscript": "v.pt"},
       "classes": [{"name": "sax", "evidence": "real", "release": "off"},
                   {"name": "4ch", "evidence": "real", "release": "off"}]}},
      "files": [{"path": "v.pt", "bytes": 1, "sha256": ")"
                                          << sha256 << "\"}]}";
  const nlohmann::json silent = silentHeadsOf(folder, {});
  ASSERT_TRUE(silent.contains("view"));
  EXPECT_THAT(silent["view"].get<std::string>(), testing::HasSubstr("v.pt is TorchScript"));
  EXPECT_TRUE(silentHeadsOf(folder, {sha256}).empty());
}

}  // namespace
}  // namespace cmr
