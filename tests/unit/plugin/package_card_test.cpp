#include "plugin/package_card.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "analysis/errors.h"
#include "analysis/sha256.h"
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

TEST(PackageCard, TellsSilentHeadsOfAManifestThatIsParsedOnce) {
  const auto folder = test::ownFolder();
  const auto install = [&](const std::string& script) {
    const std::string text = R"({"network": {"backbone": {"depth": 2}}, "heads":
      {"view": {"architecture": "pooled", "layers": [1], "network": {"torchscript": ")" +
                             script + R"("},
       "classes": [{"name": "sax", "evidence": "real", "release": "off"},
                   {"name": "4ch", "evidence": "real", "release": "off"}]}},
      "files": [{"path": ")" +
                             script + R"(", "bytes": 1, "sha256": ")" + std::string(64, 'b') +
                             "\"}]}";
    std::ofstream(folder / "manifest.json") << text;
    return sha256Hex(text);
  };
  const auto said = [](const nlohmann::json& heads) { return heads.value("view", std::string()); };
  SilentHeadsMemory heads({});
  const std::string first = install("v.pt");
  EXPECT_THAT(said(heads.of(folder, first)), testing::HasSubstr("v.pt is TorchScript"));
  // Another package that is being copied over the one in use is not taken for it, nor kept.
  const std::string second = install("w.pt");
  EXPECT_THAT(said(heads.of(folder, first)), testing::HasSubstr("v.pt is TorchScript"));
  EXPECT_THAT(said(heads.of(folder, "a third")), testing::HasSubstr("w.pt is TorchScript"));
  EXPECT_THAT(said(heads.of(folder, second)), testing::HasSubstr("w.pt is TorchScript"));
  std::filesystem::remove(folder / "manifest.json");
  EXPECT_THAT(said(heads.of(folder, second)), testing::HasSubstr("w.pt is TorchScript"));
  EXPECT_EQ(said(heads.of(folder, "a third")), "");
}

}  // namespace
}  // namespace cmr
