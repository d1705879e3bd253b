#include "plugin/first_look_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cmr {
namespace {

using testing::HasSubstr;

FirstLookAnswer answer(const std::string& task, const std::string& name, double probability,
                       const std::string& release = "report") {
  return {task,
          {{name, "real", release}, {"another", "real", "report"}},
          {probability, 1 - probability},
          0.6};
}

TEST(FirstLookCheck, AgreesConflictsOrIsUncertain) {
  EXPECT_EQ(agreementOf(answer("view", "sax", 0.9), "sax"), Agreement::agrees);
  EXPECT_EQ(agreementOf(answer("view", "4ch", 0.9), "sax"), Agreement::conflicts);
  EXPECT_EQ(agreementOf(answer("view", "4ch", 0.55), "sax"), Agreement::uncertain);
  EXPECT_EQ(agreementOf(answer("view", "4ch", 0.9), ""), Agreement::unknown);
}

TEST(FirstLookCheck, NeverConflictsByAClassThatIsNotReleased) {
  EXPECT_EQ(agreementOf(answer("view", "2ch", 0.99, "off"), "sax"), Agreement::unknown);
}

TEST(FirstLookCheck, WarnsWhenAMeasuredSeriesLooksLikeAnotherSequenceOrView) {
  FirstLook look;
  look.answers = {answer("sequence", "lge", 0.93), answer("view", "sax", 0.9)};
  const auto flags = doubtsAboutShortAxis(look);
  ASSERT_EQ(flags.size(), 1U);
  EXPECT_EQ(flags[0].severity, Severity::warning);
  EXPECT_EQ(flags[0].id, "first-look-conflict-sequence");
  EXPECT_THAT(flags[0].text, HasSubstr("late gadolinium enhancement (probability 0.93)"));
}

TEST(FirstLookCheck, LetsThePicturesDecideOnlyWhereTheHeaderIsSilentAndTheyAreSure) {
  EXPECT_EQ(deciderOf(answer("sequence", "lge", 0.95), "cine"), Decider::header);
  EXPECT_EQ(deciderOf(answer("sequence", "lge", 0.95), ""), Decider::pictures);
  EXPECT_EQ(deciderOf(answer("sequence", "lge", 0.55), ""), Decider::nobody);
  EXPECT_EQ(deciderOf(answer("sequence", "lge", 0.95, "off"), ""), Decider::nobody);
}

TEST(FirstLookCheck, CompletesWhatTheHeaderLeavesOpenAndSaysSo) {
  FirstLook look;
  look.answers = {answer("sequence", "lge", 0.93), answer("view", "sax", 0.9)};
  const TagReading taken = takenFor({"", "4ch"}, look);
  EXPECT_EQ(taken.sequence, "lge");
  EXPECT_EQ(taken.view, "4ch");
  const auto flags = decidedByPictures({"", "4ch"}, look);
  ASSERT_EQ(flags.size(), 1U);
  EXPECT_EQ(flags[0].id, "first-look-decided-sequence");
  EXPECT_THAT(flags[0].text, HasSubstr("late gadolinium enhancement"));
  EXPECT_TRUE(decidedByPictures({"cine", "sax"}, look).empty());
}

TEST(FirstLookCheck, WarnsWhenAMeasuredSeriesIsUnlikeTheTraining) {
  FirstLook look;
  EXPECT_TRUE(doubtsAboutShortAxis(look).empty());
  look.distance = 1.9;
  look.largestDistance = 2;
  EXPECT_TRUE(doubtsAboutShortAxis(look).empty());
  look.distance = 2.1;
  ASSERT_EQ(doubtsAboutShortAxis(look).size(), 1U);
  EXPECT_EQ(doubtsAboutShortAxis(look)[0].id, "unlike-training");
}

}  // namespace
}  // namespace cmr
