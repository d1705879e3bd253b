// `cmr rules` as administrators call it: rules on pictures, looked at with the package that ships,
// and names of a configuration.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/judge.h"

namespace cmr {
namespace {

using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::json;

const std::string demo = std::string(CMR_DEMO_DATA) + "/SCD0000301";
const std::string starter = std::string(CMR_PACKAGES) + "/starter";

class RulesCommand : public testing::Test {
 protected:
  test::Verdict rules(const std::string& arguments) const {
    return test::run(CMR_PROGRAM " rules " + arguments);
  }
  const test::TemporaryFolder folder;
  const std::string byPictures = folder.write("pictures.json", R"({"schema": 1, "rules": [
      {"name": "short axis", "when": [{"classified": "view", "equals": "sax"}], "tasks": "auto"},
      {"name": "the rest", "when": [], "skip": "no short axis"}],
      "study": {"expects": [{"view": "sax"}], "waitMinutes": 30}})");
  const std::string named = folder.write("named.json", R"({"schema": 1, "rules": [
      {"name": "r", "when": [], "tasks": "auto", "package": "heart3t"}]})");
};

TEST_F(RulesCommand, ExplainsRulesOnPicturesByALookAtThem) {
  const test::Verdict open = rules("explain " + byPictures + " " + demo);
  EXPECT_EQ(open.status, 0) << open.output;
  EXPECT_THAT(open.output, HasSubstr("its pictures decide once the job runs"));
  EXPECT_THAT(open.output, HasSubstr("Of studies: the report on a study waits 30 minutes"));
  const test::Verdict seen = rules("explain " + byPictures + " " + demo + " --package " + starter);
  EXPECT_EQ(seen.status, 0) << seen.output;
  EXPECT_THAT(seen.output, HasSubstr("looked at with model package starter"));
  EXPECT_THAT(seen.output, HasSubstr("rule \"short axis\" has it analysed"));
  EXPECT_THAT(seen.output, HasSubstr("they look like \"sax\", probability "));
}

TEST_F(RulesCommand, SaysAsJsonWhatThePicturesLookLike) {
  const test::Verdict seen =
      rules("explain " + byPictures + " " + demo + " --json --package " + starter);
  const Json series = Json::parse(seen.output).at(0);
  EXPECT_EQ(series["rule"], "short axis");
  EXPECT_EQ(series["pictures"]["view"]["takenFor"], "sax");
  EXPECT_EQ(series["pictures"]["view"]["isCertain"], true);
}

TEST_F(RulesCommand, LooksAtNoPicturesWhereTheHeaderDecides) {
  const test::Verdict seen = rules("explain shipped " + demo + " --json --package " + starter);
  EXPECT_TRUE(Json::parse(seen.output).at(0)["pictures"].is_null()) << seen.output;
}

TEST_F(RulesCommand, ChecksNamesAgainstAConfigurationWhereOneIsGiven) {
  EXPECT_EQ(rules("check " + named).status, 0);
  const std::string with = folder.write(
      "with.json", R"({"CMR": {"Package": "/p", "Packages": {"heart3t": "/models/heart3t"}}})");
  EXPECT_EQ(rules("check " + named + " --configuration " + with).status, 0);
  const std::string without = folder.write("without.json", R"({"CMR": {"Package": "/p"}})");
  const test::Verdict refused = rules("check " + named + " --configuration " + without);
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.output, HasSubstr("the configuration has no package \"heart3t\""));
  const test::Verdict nothing =
      rules("check " + named + " --configuration " + folder.write("other.json", "{}"));
  EXPECT_EQ(nothing.status, 2);
  EXPECT_THAT(nothing.output, HasSubstr("has no section"));
  EXPECT_THAT(nothing.output, Not(HasSubstr("no error")));
}

TEST_F(RulesCommand, NamesTheOptionWhoseFileOrFolderIsOfNoUse) {
  const std::string place = folder.path();
  const test::Verdict aFolder = rules("check " + named + " --configuration " + place);
  EXPECT_EQ(aFolder.status, 2);
  EXPECT_THAT(aFolder.output, HasSubstr("--configuration: " + place + " is a folder"));
  const test::Verdict missing = rules("check " + named + " --configuration " + place + "/none");
  EXPECT_EQ(missing.status, 2);
  EXPECT_THAT(missing.output, HasSubstr("--configuration: " + place + "/none cannot be read"));
  const test::Verdict noPackage = rules("explain shipped " + demo + " --package " + place);
  EXPECT_EQ(noPackage.status, 2);
  EXPECT_THAT(noPackage.output, HasSubstr("--package: " + place + " is no model package"));
  EXPECT_EQ(rules("check " + place).status, 2);
  EXPECT_EQ(rules("check " + place + "/none").status, 2);
}

}  // namespace
}  // namespace cmr
