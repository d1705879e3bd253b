#include "plugin/report_study.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "plugin/study_comments.h"

namespace cmr {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

Json number(const char* label, const Json& value, const char* quality, const char* reason) {
  return {{"id", "x"},   {"label", label},     {"value", value},
          {"unit", "%"}, {"quality", quality}, {"reason", reason}};
}

Json document() {
  return {{"StudyInstanceUID", "1.2.3"},
          {"checks", {{{"id", "ef"}, {"agrees", false}, {"text", "EF: 50 % in a, 70 % in b."}}}},
          {"disease", nullptr},
          {"predecessor", nullptr},
          {"best",
           {{{"task", "seg_cine_sax"},
             {"what", "Short-axis cine"},
             {"series", "SAX"},
             {"why", "the only result of its kind"},
             {"doubts", {"serious: Half of it is missing."}},
             {"numbers",
              {number("LV EF", 55, "good", ""), number("LV mass", 100, "uncertain", "cut off"),
               number("RV EF", nullptr, "unmeasurable", "not covered"),
               number("RV EDV", nullptr, "unmeasurable", "not covered")}},
             {"package", {{"title", "p 1"}, {"sha256", "f"}}},
             {"report", "1.2.3.4"}}}},
          {"series",
           {{{"verdict", "analysed"}, {"reason", ""}, {"name", "SAX"}},
            {{"verdict", "notAnalysable"}, {"reason", "no heart"}, {"name", "LAX"}},
            {{"verdict", "skipped"}, {"reason", "a scout"}, {"name", "loc 1"}},
            {{"verdict", "skipped"}, {"reason", "a scout"}, {"name", "loc 2"}}}}};
}

TEST(StudyComments, SayWhatDiffersWhatIsMissingAndWhy) {
  const std::vector<std::string> said = studyComments(document());
  EXPECT_THAT(said.front(), HasSubstr("verified by nobody"));
  EXPECT_THAT(said, Contains("Series differ: EF: 50 % in a, 70 % in b."));
  EXPECT_THAT(said, Contains("Short-axis cine: from series SAX, the only result of its kind."));
  EXPECT_THAT(said, Contains("Short-axis cine: serious: Half of it is missing."));
  EXPECT_THAT(said, Contains("Short-axis cine: uncertain: LV mass: cut off"));
  EXPECT_THAT(said, Contains("Short-axis cine: not measured: RV EF; RV EDV: not covered"));
  EXPECT_THAT(said, Contains("Not analysable: LAX: no heart"));
  EXPECT_THAT(said, Contains("Not analysed: loc 1; loc 2: a scout"));
  EXPECT_THAT(said, Not(Contains(HasSubstr("LV EF 55"))));
  EXPECT_THAT(said, Not(Contains(HasSubstr("Disease"))));
}

TEST(StudyComments, HoldTheNumbersOfAResultWithoutAReport) {
  Json words = document();
  words["best"][0]["report"] = nullptr;
  EXPECT_THAT(studyComments(words), Contains("Short-axis cine: LV EF 55 %; LV mass 100 %."));
}

TEST(StudyComments, SayFirstWhatAPartialReportLacks) {
  Json partial = document();
  EXPECT_THAT(studyComments(partial), Not(Contains(HasSubstr("Partial"))));
  partial["missing"] = {"short-axis cine", "late enhancement (1 of 2)"};
  EXPECT_THAT(studyComments(partial).at(1),
              HasSubstr("Partial: missing short-axis cine; late enhancement (1 of 2)."));
}

TEST(StudyComments, SuggestADiseaseWithItsProbabilityAndEvidence) {
  Json ill = document();
  ill["disease"] = {{"disease", "dilated"},
                    {"probability", 0.83},
                    {"isCertain", false},
                    {"evidence", "both"},
                    {"series", {"SAX", "4CH"}}};
  EXPECT_THAT(
      studyComments(ill),
      Contains("Disease suggested by series SAX; 4CH: dilated, probability 83 %, uncertain. "
               "Evidence behind this head: both."));
}

TEST(ReportStudy, EndsAsNotAnalysableWhenAPartIsMissingOrTheDocumentIsBroken) {
  AnalysisRequest request;
  request.dateTime = "20260102030405";
  request.studyDocument = document().dump();
  AnalysisOutcome outcome = reportStudy(request);
  EXPECT_EQ(outcome.kind, OutcomeKind::notAnalysable);
  EXPECT_THAT(outcome.reason, HasSubstr("1.2.3.4 is missing"));
  request.studyDocument = "{}";
  outcome = reportStudy(request);
  EXPECT_EQ(outcome.kind, OutcomeKind::notAnalysable);
  EXPECT_THAT(outcome.reason, HasSubstr("cannot be read"));
}

}  // namespace
}  // namespace cmr
