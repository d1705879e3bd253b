#include "models/fewshot_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace cmr {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

FewshotResult result(const std::string& arm, double first, double second) {
  FewshotResult r;
  r.arm = arm;
  r.size = 2;
  r.draw = 1;
  r.lvDice = {{"t1", first}, {"t2", second}};
  r.ejectionErrorPoints = {{"t1", -3}, {"t2", 5}};
  return r;
}

FewshotReport report() {
  FewshotReport r;
  r.command = "cmr fewshot --arm scratch --arm dino=b.safetensors";
  r.settings = {{"task", "seg_cine_sax"},
                {"trainingFrames", 40},
                {"trainingPatients", {"a", "b", "c"}},
                {"testFrames", 20},
                {"testPatients", {"t1", "t2"}},
                {"maskEdges", "sunnybrook"},
                {"architecture", "vit-s8"},
                {"steps", 60},
                {"crops", 4},
                {"learningRate", 5e-4},
                {"size", 64},
                {"inputSpacingMm", 2.0},
                {"precision", "bfloat16"},
                {"seed", 7}};
  r.arms.push_back(
      {"scratch", {{"start", "random"}, {"mode", "full"}, {"architecture", "vit-s8"}}, {}, true});
  r.arms.push_back({"dino frozen",
                    {{"start", "backbone"},
                     {"mode", "frozen"},
                     {"architecture", "vit-s8"},
                     {"file", "b.safetensors"},
                     {"sha256", "0123456789abcdef"}},
                    {},
                    false});
  r.sizes = {1, 2};
  r.draws = 3;
  r.cells = 12;
  r.results = {result("scratch", 0.5, 0.7), result("dino frozen", 0.6, 0.9)};
  return r;
}

TEST(FewshotReport, SaysThatHeartsAreDrawnAndLeavesOutWhatAStillHeartHasNot) {
  FewshotReport drawn = report();
  drawn.settings["task"] = "seg_lge_sax";
  drawn.settings["drawn"] = true;
  for (FewshotResult& r : drawn.results) r.ejectionErrorPoints.clear();
  for (FewshotResult& r : drawn.results) r.myocardiumDice = r.lvDice;
  const std::string text = fewshotMarkdown(drawn);
  EXPECT_THAT(text, HasSubstr("seg_lge_sax"));
  EXPECT_THAT(text, HasSubstr("**Drawn hearts**"));
  EXPECT_THAT(text, Not(HasSubstr("no drawn hearts")));
  EXPECT_THAT(fewshotMarkdown(report()), HasSubstr("no drawn hearts"));
}

TEST(FewshotReport, HasATableWithAnArmALineAndASizeAColumn) {
  const std::string text = fewshotMarkdown(report());
  EXPECT_THAT(text, HasSubstr("| arm | 1 patient | 2 patients |\n|---|---|---|\n"));
  EXPECT_THAT(text, HasSubstr("| scratch | - | 0.600 |"));
  EXPECT_THAT(text, HasSubstr("| dino frozen [see note] | - | 0.750 |"));
  EXPECT_THAT(text, HasSubstr("| +0.150 (+0.100 to +0.200) |"));
  EXPECT_THAT(text, HasSubstr("| scratch | - | 4.0 |"));  // |-3| and |5|
  EXPECT_THAT(text, HasSubstr("2 of 12 trainings are finished"));
}

TEST(FewshotReport, SaysWhatItRestsOn) {
  const std::string text = fewshotMarkdown(report());
  EXPECT_THAT(text, HasSubstr("    cmr fewshot --arm scratch"));
  EXPECT_THAT(text, HasSubstr("Test patients: t1, t2."));
  EXPECT_THAT(text, HasSubstr("60 steps of 4 crops of 64 pixels at 2.00 mm"));
  EXPECT_THAT(text, HasSubstr("backbone of b.safetensors (SHA-256 0123456789ab), backbone frozen"));
  EXPECT_THAT(text, HasSubstr("no pretraining has seen an image of the test patients"));
}

TEST(FewshotReport, SpeaksOfPretrainingOnlyWhereThereIsOne) {
  FewshotReport r = report();
  r.arms.pop_back();
  EXPECT_THAT(fewshotMarkdown(r), Not(HasSubstr("no pretraining has seen")));
}

TEST(FewshotReport, MarksAnArmThatSawTheLabelsAsUnfair) {
  FewshotReport r = report();
  r.arms[1].labelsSeen = {"a", "b"};
  const std::string text = fewshotMarkdown(r);
  EXPECT_THAT(text, HasSubstr("| dino frozen [saw labels] |"));
  EXPECT_THAT(text, HasSubstr("**no fair arm**: it has learned from labels of 2 of the 3"));
}

TEST(FewshotReport, CountsPatientsWithoutAnEjectionFraction) {
  FewshotReport r = report();
  r.results[0].ejectionErrorPoints.erase("t2");
  EXPECT_THAT(fewshotMarkdown(r), HasSubstr("| 3.0, 1 without |"));
}

TEST(FewshotReport, TellsTheSpreadOfDrawsAndHowManyTaughtTheMyocardium) {
  FewshotReport r = report();
  FewshotResult second = r.results[0];
  second.draw = 2;
  second.lvDice = {{"t1", 0.9}, {"t2", 0.9}};
  second.myocardiumDice = {{"t1", 0.4}};
  r.results.push_back(second);
  const std::string text = fewshotMarkdown(r);
  EXPECT_THAT(text, HasSubstr("| scratch | - | 0.750 (0.600 to 0.900) |"));
  EXPECT_THAT(text, HasSubstr("| scratch | - | 0.400, 1 of 2 draws |"));
}

TEST(FewshotReport, SaysOverHowManyPatientsADifferenceIsWhenNotOverAll) {
  FewshotReport r = report();
  for (FewshotResult& one : r.results) one.myocardiumDice = {{"t2", one.lvDice.at("t2")}};
  EXPECT_THAT(fewshotMarkdown(r), HasSubstr("| +0.200, 1 patient |"));
}

TEST(FewshotReport, HasAsManyFieldsInEveryLineOfTheCsv) {
  const std::string text = fewshotCsv(report());
  const std::size_t head = text.find('\n');
  const auto commas = [](const std::string& line) {
    return std::count(line.begin(), line.end(), ',');
  };
  EXPECT_THAT(text, HasSubstr("\nscratch,2,1,0.6,0.6,0.6,,,,4,4,4,,,,,,\n"));
  EXPECT_THAT(text, HasSubstr("\ndino frozen,2,1,0.75,0.75,0.75,,,,4,4,4,0.15,0.1,0.2,,,\n"));
  EXPECT_EQ(commas(text.substr(0, head)), 17);
  EXPECT_EQ(commas(text), 3 * 17);
}

TEST(FewshotReport, IsJsonWithNullsWhereThereIsNoFigure) {
  const json document = json::parse(fewshotJson(report()).dump());
  ASSERT_EQ(document.at("rows").size(), 2U);
  const json& row = document.at("rows")[1];
  EXPECT_EQ(row.at("arm"), "dino frozen");
  EXPECT_NEAR(row.at("lvDice").at("mean").get<double>(), 0.75, 1e-12);
  EXPECT_TRUE(row.at("myocardiumDice").at("mean").is_null());
  EXPECT_NEAR(row.at("lvDiceToFirst").at("interval95")[1].get<double>(), 0.2, 1e-12);
  EXPECT_EQ(document.at("arms")[1].at("learnedFromKnown"), false);
  EXPECT_EQ(document.at("trainingsFinished"), 2);
}

}  // namespace
}  // namespace cmr
