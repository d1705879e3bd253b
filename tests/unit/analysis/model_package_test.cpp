#include "analysis/model_package.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <utility>

#include "analysis/errors.h"
#include "analysis/program.h"
#include "analysis/sha256.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

const std::string weights = "not really weights, but bytes with a checksum";

json label(const char* name, const char* evidence, const char* release) {
  return {{"name", name}, {"evidence", evidence}, {"release", release}};
}

json goodManifest() {
  return {
      {"schemaVersion", packageSchemaVersion},
      {"name", "small"},
      {"version", "1.2.3"},
      {"lowestProgramVersion", programVersion},
      {"input",
       {{"spacingMm", 1.33},
        {"size", 64},
        {"normalisation", {{"lowPercentile", 1}, {"highPercentile", 99}}}}},
      {"heads",
       {{"seg_cine_sax",
         {{"labels",
           {label("lv_cavity", "real", "report"), label("lv_myocardium", "both", "flag"),
            label("rv_cavity", "phantom", "off")}}}}}},
      {"knownAnswer", {{"tolerance", 0.25}, {"logits", {1.0, 2.0}}}},
      {"files",
       {{{"path", "a.safetensors"}, {"sha256", sha256Hex(weights)}, {"bytes", weights.size()}}}}};
}

class ModelPackageFolder : public testing::Test {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::path(testing::TempDir()) / (std::string("package_") + test->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    write("a.safetensors", weights);
  }
  void TearDown() override { fs::remove_all(folder_); }

  void write(const std::string& name, const std::string& content) {
    std::ofstream(folder_ / name, std::ios::binary) << content;
  }
  ModelPackage open(const json& manifest) {
    write("manifest.json", manifest.dump());
    return openPackage(folder_.string());
  }
  // What the refusal says; empty when the package was taken.
  std::string refusal(const std::function<void(json&)>& change) {
    json manifest = goodManifest();
    change(manifest);
    try {
      open(manifest);
    } catch (const PackageError& error) {
      return error.what();
    }
    return "";
  }

  fs::path folder_;
};

TEST_F(ModelPackageFolder, IsReadWithItsIdentityGeometryAndEvidence) {
  const ModelPackage package = open(goodManifest());
  EXPECT_EQ(package.identity.name, "small");
  EXPECT_EQ(package.identity.version, "1.2.3");
  EXPECT_EQ(package.identity.sha256, sha256Hex(goodManifest().dump()));
  EXPECT_DOUBLE_EQ(package.input.spacingMm, 1.33);
  EXPECT_EQ(package.input.size, 64);
  EXPECT_EQ(package.identity.evidence[3], "phantom");
  EXPECT_EQ(package.identity.release[2], "flag");
  EXPECT_EQ(package.identity.release[3], "off");
  EXPECT_EQ(package.knownAnswer.logits, (std::vector<double>{1, 2}));
  ASSERT_EQ(package.files.size(), 1U);
}

TEST_F(ModelPackageFolder, CountsPapillaryMusclesAsItsManifestSaysOrLeavesItOpen) {
  EXPECT_EQ(open(goodManifest()).identity.papillaryMuscles[1], PapillaryConvention::unknown);
  json manifest = goodManifest();
  manifest["heads"]["seg_cine_sax"]["papillaryMuscles"] = "in the cavity";
  for (const std::size_t at : {1U, 2U, 3U}) {
    EXPECT_EQ(open(manifest).identity.papillaryMuscles[at], PapillaryConvention::inCavity);
  }
  EXPECT_NE(refusal([](json& m) {
              m["heads"]["seg_cine_sax"]["papillaryMuscles"] = "in the myocardium";
            }).find("in the myocardium"),
            std::string::npos);
}

TEST_F(ModelPackageFolder, HasAnotherIdentityWhenAnyByteOfTheManifestDiffers) {
  const std::string before = open(goodManifest()).identity.sha256;
  json manifest = goodManifest();
  manifest["note"] = "";
  EXPECT_NE(open(manifest).identity.sha256, before);
}

// "site" is a site's word, not a package's.
TEST_F(ModelPackageFolder, IsRefusedWithAReleaseThatNobodyKnows) {
  for (const char* release : {"site", "yes", ""}) {
    EXPECT_NE(refusal([&](json& m) {
                m["heads"]["seg_cine_sax"]["labels"][2]["release"] = release;
              }).find("known are report, flag and off"),
              std::string::npos)
        << release;
  }
}

TEST_F(ModelPackageFolder, IsRefusedWhenAFileHasAnotherChecksum) {
  std::string changed = weights;
  changed[5] ^= 1;
  write("a.safetensors", changed);
  const std::string said = refusal([](json&) {});
  EXPECT_NE(said.find("a.safetensors"), std::string::npos);
  EXPECT_NE(said.find(sha256Hex(weights)), std::string::npos);
}

TEST_F(ModelPackageFolder, IsRefusedWhenAFileIsLongerShorterOrAbsent) {
  write("a.safetensors", weights + "x");
  EXPECT_NE(refusal([](json&) {}).find("bytes"), std::string::npos);
  write("a.safetensors", weights.substr(1));
  EXPECT_NE(refusal([](json&) {}).find("bytes"), std::string::npos);
  fs::remove(folder_ / "a.safetensors");
  EXPECT_NE(refusal([](json&) {}).find("lacks a.safetensors"), std::string::npos);
}

TEST_F(ModelPackageFolder, IsRefusedWhenItNamesAFileOutsideOfItself) {
  const fs::path outside = folder_.parent_path() / "outside.safetensors";
  std::ofstream(outside, std::ios::binary) << weights;
  for (const std::string& path : {std::string("../outside.safetensors"), outside.string(),
                                  std::string("sub/../../outside.safetensors"), std::string()}) {
    EXPECT_NE(refusal([&](json& m) { m["files"][0]["path"] = path; }).find("outside"),
              std::string::npos)
        << path;
  }
  fs::remove(outside);
}

TEST_F(ModelPackageFolder, IsRefusedWhenAFileIsALinkThatLeadsOutside) {
  const fs::path outside = folder_.parent_path() / "linked.safetensors";
  std::ofstream(outside, std::ios::binary) << weights;
  fs::remove(folder_ / "a.safetensors");
  fs::create_symlink(outside, folder_ / "a.safetensors");
  EXPECT_NE(refusal([](json&) {}), "");
  fs::remove(folder_ / "a.safetensors");
  fs::create_directory_symlink(folder_.parent_path(), folder_ / "sub");
  EXPECT_NE(refusal([](json& m) { m["files"][0]["path"] = "sub/linked.safetensors"; }), "");
  fs::remove(outside);
}

TEST_F(ModelPackageFolder, IsTakenWhenTheFolderItselfIsReachedByALink) {
  open(goodManifest());
  const fs::path link = folder_.parent_path() / "link_to_package";
  fs::remove(link);
  fs::create_directory_symlink(folder_, link);
  EXPECT_NO_THROW(openPackage(link.string()));
  fs::remove(link);
}

TEST_F(ModelPackageFolder, IsRefusedWhenItIsOfANewerKind) {
  EXPECT_NE(refusal([](json& m) {
              m["schemaVersion"] = packageSchemaVersion + 1;
            }).find("schema version 2"),
            std::string::npos);
  EXPECT_NE(refusal([](json& m) { m["lowestProgramVersion"] = "99.0"; }).find("99.0"),
            std::string::npos);
  EXPECT_EQ(refusal([](json& m) { m["lowestProgramVersion"] = "0.0.9"; }), "");
}

TEST_F(ModelPackageFolder, IsRefusedWhenAnythingNeededIsMissing) {
  for (const char* key : {"schemaVersion", "name", "version", "lowestProgramVersion", "input",
                          "heads", "knownAnswer", "files"}) {
    EXPECT_NE(refusal([key](json& m) { m.erase(key); }).find(key), std::string::npos) << key;
  }
}

TEST_F(ModelPackageFolder, IsRefusedWhenItsGeometryIsOutOfBounds) {
  for (const json& size : {json(0), json(-64), json(65), json(100000), json("64")}) {
    EXPECT_NE(refusal([&](json& m) { m["input"]["size"] = size; }), "") << size;
  }
  for (const json& spacing : {json(0), json(-1.3), json(50), json()}) {
    EXPECT_NE(refusal([&](json& m) { m["input"]["spacingMm"] = spacing; }), "") << spacing;
  }
}

// They are places in a sorted list of the picture's pixels.
TEST_F(ModelPackageFolder, IsRefusedWhenItsPercentilesAreNone) {
  for (const auto& [low, high] : {std::pair{1.0, 250.0}, {-1.0, 99.0}, {99.0, 1.0}, {50.0, 50.0}}) {
    EXPECT_NE(refusal([low = low, high = high](json& m) {
                m["input"]["normalisation"] = {{"lowPercentile", low}, {"highPercentile", high}};
              }).find("percentiles"),
              std::string::npos)
        << low << " " << high;
  }
}

TEST_F(ModelPackageFolder, IsRefusedWhenItsLabelsAreNotTheThreeOfTheTask) {
  EXPECT_NE(refusal([](json& m) { m["heads"]["seg_cine_sax"]["labels"].erase(2); }), "");
}

TEST_F(ModelPackageFolder, IsRefusedWhenTheManifestIsNoJsonOrAbsent) {
  write("manifest.json", "{\"schemaVersion\": 1");
  EXPECT_THROW(openPackage(folder_.string()), PackageError);
  fs::remove(folder_ / "manifest.json");
  EXPECT_THROW(openPackage(folder_.string()), PackageError);
  EXPECT_THROW(openPackage("/nonexistent"), PackageError);
}

}  // namespace
}  // namespace cmr
