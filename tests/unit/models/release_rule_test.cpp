#include "models/release_rule.h"

#include <gtest/gtest.h>

namespace cmr {
namespace {

// Subject, truth, what it was taken for; of two classes.
ClassifiedImage image(const std::string& subject, std::size_t truth, std::size_t taken,
                      bool isPhantom = false) {
  ClassifiedImage result{"", subject, subject, isPhantom, ClassSet{1} << truth, {0.1, 0.1}};
  result.probabilities[taken] = 0.9;
  return result;
}

std::vector<HeadClass> released(const std::vector<ClassifiedImage>& results) {
  return releasedClasses({"cine", "other"}, {}, results);
}

TEST(ReleaseRule, ReportsWhatWasRightOnThreeRealSubjectsAndReservesWhatOneProves) {
  const auto classes =
      released({image("a", 0, 0), image("b", 0, 0), image("c", 0, 0), image("d", 1, 1)});
  EXPECT_EQ(classes[0].release, "report");
  EXPECT_EQ(classes[1].release, "flag");
}

TEST(ReleaseRule, ReleasesNothingOfAHeadThatCallsEverythingTheSame) {
  const auto classes =
      released({image("a", 0, 0), image("b", 0, 0), image("c", 0, 0), image("d", 1, 0)});
  EXPECT_EQ(classes[0].release, "off");
  EXPECT_EQ(classes[1].release, "off");
}

TEST(ReleaseRule, ReservesWhatHoldsForWholeSeriesButNotForTheirSingleImages) {
  // Of each series of three images one is taken for the other class.
  std::vector<ClassifiedImage> results;
  for (const std::string subject : {"a", "b", "c", "d"}) {
    const std::size_t truth = subject == "d" ? 1 : 0;
    for (const std::size_t taken : {truth, truth, 1 - truth}) {
      results.push_back(image(subject, truth, taken));
    }
  }
  const auto classes = released(results);
  EXPECT_EQ(classes[0].release, "flag");
  EXPECT_EQ(classes[1].release, "flag");
}

TEST(ReleaseRule, ReleasesNothingThatOnlyDrawnImagesProve) {
  const auto classes = released(
      {image("a", 0, 0, true), image("b", 0, 0, true), image("c", 0, 0, true), image("d", 1, 1)});
  EXPECT_EQ(classes[0].release, "off");
}

TEST(ReleaseRule, NamesWhatKindOfImagesTaughtAClass) {
  LabelledImage real;
  real.allowed = 0b01;
  LabelledImage drawn;
  drawn.allowed = 0b11;
  drawn.isPhantom = true;
  const auto classes = releasedClasses({"cine", "other"}, {real, drawn}, {});
  EXPECT_EQ(classes[0].evidence, "both");
  EXPECT_EQ(classes[1].evidence, "phantom");
}

}  // namespace
}  // namespace cmr
