#include "analysis/head_description.h"

#include <gtest/gtest.h>

#include <functional>

#include "analysis/errors.h"

namespace cmr {
namespace {

using nlohmann::json;

json oneClass(const char* name, const char* evidence = "both", const char* release = "report") {
  return {{"name", name}, {"evidence", evidence}, {"release", release}};
}

json manifestWithHeads() {
  return {
      {"network", {{"backbone", {{"depth", 12}}}}},
      {"heads",
       {{"seg_cine_sax",
         {{"appliesTo", {{"sequence", "cine"}, {"view", "SAX"}}},
          {"labels",
           {oneClass("lv_cavity"), oneClass("lv_myocardium"),
            oneClass("rv_cavity", "phantom", "off")}}}},
        {"sequence",
         {{"architecture", "pooled"},
          {"layers", {6, 12}},
          {"queries", 2},
          {"classes", {oneClass("cine"), oneClass("lge"), oneClass("t2_map", "phantom", "off")}},
          {"temperature", 1.5},
          {"leastProbability", 0.6},
          {"knownAnswer", {{"tolerance", 0.25}, {"logits", {1.0, 2.0, 3.0}}}},
          {"measured", {{"real", {{"accuracy", 0.9}}}}}}}}}};
}

// What the refusal of a changed "sequence" says; empty when it was taken.
std::string refusal(const std::function<void(json&)>& change) {
  json manifest = manifestWithHeads();
  change(manifest["heads"]["sequence"]);
  try {
    headsOf(manifest);
  } catch (const PackageError& error) {
    return error.what();
  }
  return "";
}

TEST(HeadDescription, IsReadWithWhatTheManifestSaysOfIt) {
  const auto heads = headsOf(manifestWithHeads());
  ASSERT_EQ(heads.size(), 2U);
  const HeadDescription& sequence = heads.at("sequence");
  EXPECT_EQ(sequence.architecture, HeadArchitecture::pooled);
  EXPECT_EQ(sequence.layers, (std::vector<int>{6, 12}));
  EXPECT_EQ(sequence.queries, 2);
  ASSERT_EQ(sequence.classes.size(), 3U);
  EXPECT_EQ(sequence.classes[2].name, "t2_map");
  EXPECT_EQ(sequence.classes[2].evidence, "phantom");
  EXPECT_EQ(sequence.classes[2].release, "off");
  EXPECT_DOUBLE_EQ(sequence.temperature, 1.5);
  EXPECT_DOUBLE_EQ(sequence.leastProbability, 0.6);
  EXPECT_EQ(sequence.measured.at("real").at("accuracy"), 0.9);
  EXPECT_TRUE(sequence.sequences.empty());
}

TEST(HeadDescription, TakesAnOlderSegmentationHeadThatNamesNoArchitecture) {
  const HeadDescription head = headsOf(manifestWithHeads()).at("seg_cine_sax");
  EXPECT_EQ(head.architecture, HeadArchitecture::dense);
  EXPECT_EQ(head.sequences, std::vector<std::string>{"cine"});
  EXPECT_EQ(head.views, std::vector<std::string>{"SAX"});
  EXPECT_DOUBLE_EQ(head.temperature, 1);
}

TEST(HeadDescription, IsTheSameAfterBeingWrittenAndReadAgain) {
  const HeadDescription before = headsOf(manifestWithHeads()).at("sequence");
  json manifest = manifestWithHeads();
  manifest["heads"]["sequence"] = toJson(before);
  EXPECT_EQ(toJson(headsOf(manifest).at("sequence")), toJson(before));
}

TEST(HeadDescription, KeepsWhereItCountsPapillaryMusclesThroughWritingAndReading) {
  json manifest = manifestWithHeads();
  EXPECT_EQ(toJson(headsOf(manifest).at("seg_cine_sax")).count("papillaryMuscles"), 0U);
  manifest["heads"]["seg_cine_sax"]["papillaryMuscles"] = "in the cavity";
  const HeadDescription stated = headsOf(manifest).at("seg_cine_sax");
  EXPECT_EQ(stated.papillaryMuscles, PapillaryConvention::inCavity);
  EXPECT_EQ(toJson(stated).at("papillaryMuscles"), "in the cavity");
}

TEST(HeadDescription, MayBeOfAnyOfTheTenTasksAndOfNoOther) {
  EXPECT_EQ(knownTasks().size(), 10U);
  json manifest = manifestWithHeads();
  manifest["heads"]["strain"] = manifest["heads"]["sequence"];
  try {
    headsOf(manifest);
    FAIL();
  } catch (const PackageError& error) {
    EXPECT_NE(std::string(error.what()).find("strain"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("lge_presence"), std::string::npos);
  }
}

TEST(HeadDescription, IsRefusedWithAClassThatItsTaskDoesNotHave) {
  EXPECT_NE(refusal([](json& h) { h["classes"].push_back(oneClass("sax")); }).find("'sax'"),
            std::string::npos);
  EXPECT_NE(refusal([](json& h) { h["classes"].push_back(oneClass("cine")); }).find("twice"),
            std::string::npos);
  EXPECT_NE(refusal([](json& h) { h["classes"] = json::array({oneClass("cine")}); }), "");
}

TEST(HeadDescription, IsRefusedWithAnUnknownReleaseEvidenceOrArchitecture) {
  EXPECT_NE(refusal([](json& h) { h["classes"][0]["release"] = "yes"; }).find("'yes'"),
            std::string::npos);
  EXPECT_NE(refusal([](json& h) {
              h["classes"][0]["evidence"] = "non-expert";
            }).find("heads of cines alone"),
            std::string::npos);
  EXPECT_NE(refusal([](json& h) { h["classes"][0]["evidence"] = "none"; }).find("'none'"),
            std::string::npos);
  EXPECT_NE(refusal([](json& h) { h["architecture"] = "mlp"; }).find("'mlp'"), std::string::npos);
  EXPECT_NE(refusal([](json& h) { h["architecture"] = "dense"; }), "");
  EXPECT_NE(refusal([](json& h) { h.erase("architecture"); }), "");
}

TEST(HeadDescription, IsRefusedWhenItReadsWhatTheBackboneDoesNotHave) {
  EXPECT_NE(refusal([](json& h) {
              h["layers"] = {6, 13};
            }).find("layer 13 of 12"),
            std::string::npos);
  EXPECT_NE(refusal([](json& h) { h["layers"] = json::array(); }), "");
  EXPECT_NE(refusal([](json& h) { h["queries"] = -1; }), "");
  json manifest = manifestWithHeads();
  manifest["network"] = {{"architecture", "unet"}};
  EXPECT_THROW(headsOf(manifest), PackageError);
}

TEST(HeadDescription, IsRefusedWhenItsTemperatureIsNoTemperature) {
  for (const double value : {0.0, -1.0}) {
    EXPECT_NE(refusal([&](json& h) { h["temperature"] = value; }), "") << value;
  }
  EXPECT_NE(refusal([](json& h) { h["temperature"] = "warm"; }).find("sequence"),
            std::string::npos);
}

TEST(HeadDescription, AppliesToTheSequencesAndViewsThatItNamesOrToAll) {
  HeadDescription head;
  EXPECT_TRUE(appliesTo(head, "lge", "4ch"));
  head.sequences = {"lge"};
  EXPECT_TRUE(appliesTo(head, "lge", "4ch"));
  EXPECT_FALSE(appliesTo(head, "cine", "4ch"));
  head.views = {"sax"};
  EXPECT_FALSE(appliesTo(head, "lge", "4ch"));
}

TEST(HeadDescription, KeepsTheLookOfAClassificationHead) {
  HeadDescription head;
  head.task = "disease";
  head.architecture = HeadArchitecture::pooled;
  head.layers = {2};
  head.classes = {{"normal", "real", "off"}, {"dilated", "real", "off"}};
  head.look = HeadLook::crop;
  const nlohmann::json network = {{"backbone", {{"depth", 2}}}};
  nlohmann::json entry = toJson(head);
  EXPECT_EQ(headsOf({{"network", network}, {"heads", {{"disease", entry}}}}).at("disease").look,
            HeadLook::crop);
  entry.erase("look");  // packages from before heads saw crops
  EXPECT_EQ(headsOf({{"network", network}, {"heads", {{"disease", entry}}}}).at("disease").look,
            HeadLook::field);
  entry["look"] = "both";
  EXPECT_THROW(headsOf({{"network", network}, {"heads", {{"disease", entry}}}}), PackageError);
}

}  // namespace
}  // namespace cmr
