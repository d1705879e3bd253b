#include "models/probe_questions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/errors.h"

namespace cmr {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr ClassSet cine = 1;
constexpr ClassSet lge = 2;
constexpr ClassSet t1Map = 4;

LabelledImage shown(const std::string& subject, ClassSet allowed) {
  LabelledImage image;
  image.image = {subject, 8, 8, 1, std::vector<float>(64)};
  for (std::size_t i = 0; i < 64; ++i) image.image.pixels[i] = static_cast<float>(i);
  image.subject = subject;
  image.allowed = allowed;
  return image;
}

TEST(ProbeQuestions, AskForTheClassesOfATaskThatSeveralPatientsShow) {
  const ProbeQuestion question =
      classQuestion("sequence",
                    {shown("a", cine), shown("b", cine), shown("a", lge), shown("b", lge),
                     shown("c", t1Map), shown("c", t1Map), shown("b", cine | lge)},
                    16);
  EXPECT_EQ(question.name, "sequence");
  EXPECT_THAT(question.labels, ElementsAre(0, 0, 1, 1));
  EXPECT_THAT(question.patients, ElementsAre("a", "b", "a", "b"));
  EXPECT_THAT(question.ofOnePatient, ElementsAre("t1_map"));
  EXPECT_EQ(question.withoutOneLabel, 1U);
  ASSERT_EQ(question.views.size(), 4U);
  EXPECT_EQ(question.views.front().size(), 16U * 16U);
}

TEST(ProbeQuestions, CannotBeAskedOfOneClassOrOfOnePatientAClass) {
  try {
    classQuestion("sequence", {shown("a", cine), shown("b", cine), shown("a", lge)}, 16);
    FAIL() << "nothing to tell apart";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("sequence"));
  }
}

TEST(ProbeQuestions, CannotBeAskedForThePhaseOfFramesThatSayNone) {
  EXPECT_THROW(phaseQuestion({TrainingFrame{}}, 1, 16), InputError);
}

}  // namespace
}  // namespace cmr
