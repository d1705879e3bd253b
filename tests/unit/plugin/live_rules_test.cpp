#include "plugin/live_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "analysis/errors.h"
#include "tests/support/test_folder.h"

namespace cmr {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string oneRule(const std::string& name) {
  return R"({"schema": 1, "rules": [{"name": ")" + name +
         R"(", "when": [], "tasks": ["seg_cine_sax"]}]})";
}

class LiveRulesTest : public ::testing::Test {
 protected:
  void write(const std::string& text) {
    std::ofstream(folder / "new.json") << text;
    std::filesystem::rename(folder / "new.json", file);
  }
  std::vector<std::string> names(LiveRules& rules) { return rules.now().rules.ruleNames(); }

  const std::filesystem::path folder = test::ownFolder();
  const std::string file = (folder / "rules.json").string();
  std::string log;
  const LogCallback logCallback = [this](LogLevel, const std::string& line) { log += line + "\n"; };
};

TEST_F(LiveRulesTest, WithoutAFileTheRulesThatShipHold) {
  LiveRules rules("");
  EXPECT_EQ(names(rules), RuleSet::shipped().ruleNames());
  EXPECT_EQ(rules.status().text, shippedRulesText());
  EXPECT_TRUE(rules.reload());
}

TEST_F(LiveRulesTest, AChangedFileIsInUseAtOnce) {
  write(oneRule("a"));
  LiveRules rules(file, logCallback);
  const std::string first = rules.now().sha256;
  EXPECT_THAT(names(rules), ElementsAre("a"));
  write(oneRule("b"));
  EXPECT_THAT(names(rules), ElementsAre("b"));
  EXPECT_NE(rules.now().sha256, first);
  EXPECT_THAT(log, HasSubstr("routing rules are read from " + file));
}

TEST_F(LiveRulesTest, ABrokenFileKeepsTheLastGoodRulesAndSaysSo) {
  write(oneRule("a"));
  LiveRules rules(file, logCallback);
  write("{\n\"schema\": 1,\n\"rules\": [{\"name\": \"b\", \"wen\": []}]}");
  EXPECT_THAT(names(rules), ElementsAre("a"));
  RulesStatus status = rules.status();
  EXPECT_THAT(status.problem, HasSubstr(R"(did you mean "when"?)"));
  EXPECT_THAT(status.problem, HasSubstr("line 3"));
  ASSERT_TRUE(status.refused);
  EXPECT_FALSE(status.refused->valid());
  EXPECT_EQ(status.text, oneRule("a"));
  EXPECT_THAT(log, HasSubstr("the last good ones stay"));
  EXPECT_FALSE(rules.reload());
  write(oneRule("c"));
  EXPECT_THAT(names(rules), ElementsAre("c"));
  EXPECT_EQ(rules.status().problem, "");
  EXPECT_FALSE(rules.status().refused);
}

TEST_F(LiveRulesTest, AFileThatDisappearsChangesNothingUntilItIsBack) {
  write(oneRule("a"));
  LiveRules rules(file, logCallback);
  std::filesystem::remove(file);
  EXPECT_THAT(names(rules), ElementsAre("a"));
  EXPECT_THAT(rules.status().problem, HasSubstr("cannot be read"));
  write(oneRule("b"));
  EXPECT_THAT(names(rules), ElementsAre("b"));
}

TEST_F(LiveRulesTest, AFileThatIsBrokenAtTheStartLeavesThoseOfBeforeInUseAndSaysSo) {
  write("[]");
  LiveRules rules(file, logCallback);
  EXPECT_THROW(rules.now(), InputError);
  rules.begin(oneRule("before"));
  EXPECT_THAT(names(rules), ElementsAre("before"));
  const RulesStatus status = rules.status();
  EXPECT_EQ(status.text, oneRule("before"));
  EXPECT_EQ(status.file, file);
  EXPECT_THAT(status.problem, HasSubstr("must be an object"));
  ASSERT_TRUE(status.refused);
  EXPECT_EQ(status.refusedText, "[]");
  EXPECT_THAT(log, HasSubstr("those that were in use before stay: "));
  write(oneRule("mended"));
  EXPECT_THAT(names(rules), ElementsAre("mended"));
  EXPECT_EQ(rules.status().problem, "");
}

TEST_F(LiveRulesTest, WithoutAnyOfBeforeAFileThatIsBrokenAtTheStartIsRefusedUntilItIsMended) {
  LiveRules rules(file, logCallback);
  EXPECT_THROW(rules.begin(std::nullopt), InputError);
  write("[]");
  EXPECT_THROW(rules.begin(std::nullopt), InputError);
  write(oneRule("mended"));
  rules.begin(std::nullopt);
  EXPECT_THAT(names(rules), ElementsAre("mended"));
}

TEST_F(LiveRulesTest, RulesOfBeforeThatNameWhatIsNoLongerConfiguredAreNotUsed) {
  const std::string named = R"({"schema": 1, "rules": [{"name": "a", "when": [],
      "tasks": ["seg_cine_sax"], "package": "3t"}]})";
  write("[]");
  LiveRules rules(file, logCallback, false, KnownNames{std::vector<std::string>{}, {{"heart"}}});
  try {
    rules.begin(named);
    ADD_FAILURE() << "taken";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("must be an object"), HasSubstr("no package")));
  }
  EXPECT_THROW(rules.now(), InputError);
}

TEST_F(LiveRulesTest, AFileThatIsGoodAtTheStartNeedsNoneOfBefore) {
  write(oneRule("a"));
  LiveRules rules(file, logCallback);
  EXPECT_TRUE(rules.areThere());
  rules.begin(oneRule("before"));
  EXPECT_THAT(names(rules), ElementsAre("a"));
}

}  // namespace
}  // namespace cmr
