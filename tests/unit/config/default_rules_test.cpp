// The rules that ship, tried on headers and names of real series.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "analysis/program.h"
#include "config/rules.h"

namespace cmr {
namespace {

using ::testing::ElementsAre;

SeriesFacts header(const std::string& name) {
  std::ifstream file(std::string(CMR_TEST_DATA) + "/headers/" + name + ".json");
  const auto json = nlohmann::json::parse(file);
  return {json.at("tags").get<std::map<std::string, std::string>>(),
          json.at("instances").get<int>()};
}

// A cine of this name whose every other attribute is as it should be.
SeriesFacts named(const std::string& description) {
  SeriesFacts facts = header("ge-cine-sax-301");
  facts.tags["SeriesDescription"] = description;
  return facts;
}

std::string ruleFor(const SeriesFacts& facts) {
  static const RuleSet rules = RuleSet::shipped();
  const RoutingDecision decision = rules.decide(facts);
  return decision.action == RouteAction::noRule ? "none" : decision.rule;
}

TEST(DefaultRules, RealShortAxisCinesAreAnalysedWithOrWithoutAName) {
  for (const char* name : {"ge-cine-sax-101", "ge-cine-sax-301", "ge-cine-sax-501",
                           "ge-cine-sax-3701", "ge-excite-cine-sax"}) {
    const auto decision = RuleSet::shipped().decide(header(name));
    EXPECT_EQ(decision.action, RouteAction::analyze) << name;
    EXPECT_THAT(decision.tasks, ElementsAre("seg_cine_sax")) << name;
  }
}

TEST(DefaultRules, RealSeriesOfOtherKindsAreLeftAloneByTheirHeadersToo) {
  for (const char* name : {"ge-scout-101", "ge-scout-901", "ge-scout-2001", "siemens-lge-psir",
                           "siemens-t1-map", "siemens-molli-source"}) {
    SeriesFacts facts = header(name);
    EXPECT_NE(ruleFor(facts), "short-axis cine") << name;
    facts.tags.erase("SeriesDescription");
    EXPECT_NE(ruleFor(facts), "short-axis cine") << name << " without its name";
  }
  EXPECT_EQ(ruleFor(header("siemens-t1-map")), "derived images");
  EXPECT_EQ(ruleFor(header("siemens-lge-psir")), "inversion recovery");
  EXPECT_EQ(ruleFor(header("ge-scout-101")), "localizers");
  EXPECT_EQ(ruleFor(header("ge-excite-cine-lax")), "other views");
}

TEST(DefaultRules, PublishedNamesGoWhereTheirPublishersSay) {
  std::ifstream file(std::string(CMR_TEST_DATA) + "/series-descriptions/labelled.csv");
  int shortAxis = 0;
  int others = 0;
  for (std::string line; std::getline(file, line);) {
    const auto comma = line.rfind(',');
    const std::string description = line.substr(0, comma);
    const bool isShortAxis = line.substr(comma + 1) == "SAX";
    // Siemens' inline results carry their series' name and drawn-in contours.
    const bool wanted = isShortAxis && description.find("InlineVF") == std::string::npos;
    EXPECT_EQ(ruleFor(named(description)) == "short-axis cine", wanted) << line;
    (isShortAxis ? shortAxis : others) += 1;
  }
  EXPECT_GT(shortAxis, 40);
  EXPECT_GT(others, 70);
}

TEST(DefaultRules, NamesOfOtherThingsAreSkippedForTheRightReason) {
  const std::vector<std::pair<const char*, const char*>> names{
      {"LOC_SAX_FIESTA_BH", "localizers"},
      {"3-pl_Loc_Fiesta", "localizers"},
      {"Cine_SAX_loc_2_slices", "localizers"},
      {"Define_SAX", "localizers"},
      {"SAX_MID_TI_SCOUT_CINE_IR", "localizers"},
      {"Ao_FastPC_V=250_BH", "flow"},
      {"AX_4D_FLOWq", "flow"},
      {"MPA_PC_250", "flow"},
      {"CINE_IR", "late enhancement and inversion scouts"},
      {"SAX_IrP-FGRE_TI=240", "late enhancement and inversion scouts"},
      {"10_MIN_DE_High-Res_285_SAX_MAG", "late enhancement and inversion scouts"},
      {"2CH_DHE_TI200", "late enhancement and inversion scouts"},
      {"SAX-mid_MOLLI_ARC_PRE_BH", "maps and perfusion"},
      {"T2Map_TrueFISP_mid_SA_MOCO_T2", "maps and perfusion"},
      {"SAX_ME_T2*_TE_8", "maps and perfusion"},
      {"SAX_T2PREP_BH", "maps and perfusion"},
      {"PERF_SHORT_AXIS_3_SLICES_TPAT_TEST_MOCO", "maps and perfusion"},
      {"SAX_Tags_Grid_T2_FGRE_BH", "maps and perfusion"},
      {"cine_tagging_3sl_SAX_b4", "other sequences"},
      {"CINE_segmented_SAX_InlineVF", "other sequences"},
      {"aortic_valve_short_axis_stack_cine_trufi_retro", "other structures"},
      {"ATRIAL_SA_CINE_mBH", "other structures"},
      {"RVOT_CINE", "other views"},
      {"AX_FIESTA_BH", "other views"}};
  for (const auto& [description, rule] : names) {
    EXPECT_EQ(ruleFor(named(description)), rule) << description;
  }
}

TEST(DefaultRules, SiemensSlicesInSeriesOfTheirOwnAreAnalysed) {
  SeriesFacts facts;
  facts.tags = {{"Modality", "MR"},
                {"SOPClassUID", "1.2.840.10008.5.1.4.1.1.4"},
                {"ImageType", "ORIGINAL\\PRIMARY\\M\\RETRO\\NORM\\DIS2D"},
                {"SeriesDescription", "CINE_segmented_SAX_b1"},
                {"CardiacNumberOfImages", "30"},
                {"TriggerTime", "22.5"}};
  facts.instances = 30;
  EXPECT_EQ(ruleFor(facts), "short-axis cine");
  facts.tags["ImageType"] = "ORIGINAL\\PRIMARY\\P\\RETRO\\DIS2D";
  EXPECT_EQ(ruleFor(facts), "phase images");
}

TEST(DefaultRules, WithoutAPhaseCountManyTriggeredImagesWillDo) {
  SeriesFacts facts = named("");
  facts.tags.erase("CardiacNumberOfImages");
  EXPECT_EQ(ruleFor(facts), "short-axis cine");
  facts.instances = 9;
  EXPECT_EQ(ruleFor(facts), "none");
  facts.instances = 200;
  facts.tags.erase("TriggerTime");
  EXPECT_EQ(ruleFor(facts), "none");
  facts.tags["NumberOfFrames"] = "240";
  for (const char* enhanced : {"1.2.840.10008.5.1.4.1.1.4.1", "1.2.840.10008.5.1.4.1.1.4.4"}) {
    facts.tags["SOPClassUID"] = enhanced;
    EXPECT_EQ(ruleFor(facts), "short-axis cine") << enhanced;
  }
}

TEST(DefaultRules, WhatIsNotAnMrImageIsNeverMatched) {
  SeriesFacts facts = named("SAX_FIESTA_BH");
  facts.tags["Modality"] = "CT";
  EXPECT_EQ(ruleFor(facts), "not MR images");
  facts = named("SAX_FIESTA_BH");
  facts.tags["SOPClassUID"] = "1.2.840.10008.5.1.4.1.1.7";  // secondary capture
  EXPECT_EQ(ruleFor(facts), "not MR images");
  EXPECT_EQ(ruleFor({}), "not MR images");
}

TEST(DefaultRules, OwnResultsAreNeverMatched) {
  SeriesFacts facts = named("SAX_FIESTA_BH");
  facts.tags["ManufacturerModelName"] = programName;
  EXPECT_EQ(ruleFor(facts), "own results");
}

}  // namespace
}  // namespace cmr
