#include "models/finetune.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "analysis/errors.h"
#include "analysis/model_package.h"
#include "tests/support/test_folder.h"
#include "tests/support/tiny_frame.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;

FinetuneOptions quickOptions(const std::string& name) {
  FinetuneOptions o;
  o.architecture = "image-path";
  o.validationPatients = {"b"};
  o.steps = 2;
  o.validateEvery = 2;
  o.size = 32;
  o.spacingMm = 2;
  o.crops = 2;
  o.fields = 1;
  o.phantomShare = 0;
  o.threads = 1;
  o.precision = "float32";
  o.packageName = "pair";
  const fs::path folder = test::ownFolder() / name;
  fs::remove_all(folder);
  o.output = folder.string();
  return o;
}

std::vector<TrainingFrame> tinyFrames() {
  return {tinyFrame("a"), tinyFrame("b", {26, 22, 6}), tinyFrame("c", {22, 26, 8})};
}

TEST(Finetune, WritesTheSamePackageForTheSameSeed) {
  const FinetuneOptions first = quickOptions("one");
  const FinetuneOptions second = quickOptions("two");
  finetune(first, tinyFrames());
  finetune(second, tinyFrames());
  const ModelPackage one = openPackage(first.output + "/package");
  const ModelPackage two = openPackage(second.output + "/package");
  EXPECT_EQ(one.manifest, two.manifest);
  EXPECT_EQ(one.identity.name, "pair");
  EXPECT_EQ(one.manifest.at("training").at("validated").at("patients"),
            nlohmann::json::array({"b"}));
  EXPECT_EQ(one.manifest.at("training").at("trained").at("frames"), 2);
}

TEST(Finetune, RefusesAPatientWhoIsNotThere) {
  FinetuneOptions o = quickOptions("nobody");
  o.validationPatients = {"b", "nobody"};
  EXPECT_THROW(finetune(o, tinyFrames()), InputError);
  o = quickOptions("nothing");
  o.architecture = "vit-xxl";
  EXPECT_THROW(finetune(o, tinyFrames()), InputError);
}

}  // namespace
}  // namespace cmr
