#include "models/evaluate_frames.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "models/evaluation_report.h"

namespace cmr {
namespace {

constexpr int side = 32;
constexpr std::uint8_t cavity = bitOf(Structure::lvCavity);
constexpr std::uint8_t notCavity = anyStructure & static_cast<std::uint8_t>(~cavity);

// A frame whose cavity covers `rows` rows of ten pixels from row 8 on.
TrainingFrame frameOf(const std::string& patient, CardiacPhase phase, int rows) {
  TrainingFrame frame;
  frame.name = patient + (phase == CardiacPhase::endDiastole ? "-ed" : "-es");
  frame.patient = patient;
  frame.phase = phase;
  frame.rows = frame.columns = side;
  frame.spacingMm = 1.5;
  frame.pixels.assign(side * side, 0.0F);
  frame.allowed.assign(side * side, notCavity);
  for (int r = 8; r < 8 + rows; ++r) {
    for (int c = 10; c < 20; ++c) frame.allowed[static_cast<std::size_t>(r * side + c)] = cavity;
  }
  frame.known = cavity;
  return frame;
}

std::vector<std::uint8_t> labelsOfRows(int rows) {
  std::vector<std::uint8_t> labels(side * side, 0);
  for (int r = 8; r < 8 + rows; ++r) {
    for (int c = 10; c < 20; ++c) labels[static_cast<std::size_t>(r * side + c)] = 1;
  }
  return labels;
}

// Answers with as many rows of cavity as the script says, frame after frame.
class ScriptedSegmenter final : public FrameSegmenter {
 public:
  explicit ScriptedSegmenter(std::vector<int> rows) : rows_(std::move(rows)) {
    identity_.name = "scripted";
  }
  Segmentation segment(const ImageStack& stack, const ProgressCallback&) override {
    EXPECT_EQ(stack.frames.front().pixels.size(),
              static_cast<std::size_t>(stack.rows) * static_cast<std::size_t>(stack.columns));
    EXPECT_DOUBLE_EQ(stack.planes.front().rowSpacingMm, stack.planes.front().columnSpacingMm);
    Segmentation found;
    found.labels = LabelStack(stack.rows, stack.columns, stack.sliceCount, 1);
    calls_.push_back(stack.sliceCount);
    for (int slice = 0; slice < stack.sliceCount; ++slice) {
      const int rows = next_ < rows_.size() ? rows_[next_] : 0;
      ++next_;
      found.heartFound = rows > 0;
      if (stack.rows != side) continue;
      const std::vector<std::uint8_t> labels = labelsOfRows(rows);
      std::copy(labels.begin(), labels.end(), found.labels.frame(slice, 0).begin());
    }
    found.heartCentreColumn = 14.5;
    found.heartCentreRow = 11.5;
    return found;
  }
  const PackageIdentity& identity() const override { return identity_; }
  const std::vector<int>& calls() const { return calls_; }  // slices given at each call

 private:
  std::vector<int> calls_;
  std::vector<int> rows_;
  std::size_t next_ = 0;
  PackageIdentity identity_;
};

FrameEvaluation exampleEvaluation() {
  ScriptedSegmenter segmenter({10, 5, 12, 0});
  FrameEvaluation e;
  e.task = "seg_cine_sax";
  e.source = "somewhere";
  e.package = segmenter.identity();
  e.frames = evaluateFrames(
      {frameOf("a", CardiacPhase::endDiastole, 10), frameOf("a", CardiacPhase::endSystole, 4),
       frameOf("b", CardiacPhase::endDiastole, 10), frameOf("b", CardiacPhase::endSystole, 5)},
      segmenter, HeartSearch::perFrame);
  e.search = HeartSearch::perFrame;
  return e;
}

TEST(EvaluateFrames, ScoresOnlyWhatTheLabelsKnow) {
  const TrainingFrame frame = frameOf("a", CardiacPhase::endDiastole, 10);
  const FrameScore score = scoreLabels(frame, labelsOfRows(10));
  ASSERT_TRUE(score.structures[1]);
  EXPECT_FALSE(score.structures[2]);
  EXPECT_FALSE(score.structures[3]);
  EXPECT_DOUBLE_EQ(*score.structures[1]->dice, 1.0);
  EXPECT_DOUBLE_EQ(*score.structures[1]->hd95Mm, 0.0);
  EXPECT_EQ(score.structures[1]->referencePixels, 100U);
}

TEST(EvaluateFrames, TellsCavityFromMyocardium) {
  TrainingFrame frame = frameOf("a", CardiacPhase::endDiastole, 10);
  frame.known |= bitOf(Structure::lvMyocardium);
  for (int c = 10; c < 20; ++c) frame.allowed[7 * side + c] = bitOf(Structure::lvMyocardium);
  std::vector<std::uint8_t> labels = labelsOfRows(10);
  for (int c = 10; c < 20; ++c) labels[7 * side + c] = c < 15 ? 2 : 3;
  const FrameScore score = scoreLabels(frame, labels);
  EXPECT_DOUBLE_EQ(*score.structures[1]->dice, 1.0);
  EXPECT_NEAR(*score.structures[2]->dice, 2.0 * 5 / 15, 1e-12);
}

TEST(EvaluateFrames, ComputesEjectionFractionFromAreas) {
  const std::vector<EjectionFraction> f = ejectionFractions(exampleEvaluation().frames);
  ASSERT_EQ(f.size(), 2U);
  EXPECT_EQ(f[0].patient, "a");
  EXPECT_NEAR(f[0].referencePercent, 60, 1e-9);
  EXPECT_NEAR(f[0].predictedPercent, 50, 1e-9);
  EXPECT_NEAR(f[0].error(), -10, 1e-9);
  EXPECT_NEAR(f[1].referencePercent, 50, 1e-9);
  EXPECT_NEAR(f[1].predictedPercent, 100, 1e-9);
}

TEST(EvaluateFrames, GivesNoEjectionFractionToAPatientWithOnePhase) {
  ScriptedSegmenter segmenter({10});
  EXPECT_TRUE(ejectionFractions(evaluateFrames({frameOf("a", CardiacPhase::endDiastole, 10)},
                                               segmenter, HeartSearch::perPatient))
                  .empty());
}

TEST(EvaluateFrames, ReportsWhatTheContractNames) {
  const nlohmann::json report = evaluationJson(exampleEvaluation());
  const nlohmann::json& lv = report.at("structures").at("lv_cavity");
  EXPECT_EQ(lv.at("n_frames"), 4);
  EXPECT_EQ(lv.at("n_patients"), 2);
  EXPECT_EQ(lv.at("n_missed"), 1);
  const double b = (200.0 / 220 + 0) / 2;
  EXPECT_NEAR(lv.at("dice_by_patient").at("b").get<double>(), b, 1e-9);
  EXPECT_NEAR(lv.at("dice_mean").get<double>(), (1 + 8.0 / 9 + 2 * b) / 4, 1e-9);
  EXPECT_NEAR(lv.at("dice_median").get<double>(), (8.0 / 9 + 200.0 / 220) / 2, 1e-9);
  EXPECT_TRUE(lv.at("hd95_mm").is_number());
  EXPECT_EQ(lv.at("end_diastole").at("n_frames"), 2);
  EXPECT_NEAR(lv.at("end_systole").at("dice_mean").get<double>(), 4.0 / 9, 1e-9);
  EXPECT_EQ(lv.at("dice_interval95").size(), 2U);
  EXPECT_FALSE(report.at("structures").contains("rv_cavity"));
  EXPECT_NEAR(report.at("ejection_fraction").at("max_absolute_error_points").get<double>(), 50,
              1e-9);
  // Errors of -10 and 50 points.
  const nlohmann::json& limits = report.at("ejection_fraction").at("limits_of_agreement_points");
  EXPECT_NEAR(limits.at(0).get<double>(), 20 - 1.96 * 30 * std::sqrt(2.0), 1e-6);
  EXPECT_NEAR(limits.at(1).get<double>(), 20 + 1.96 * 30 * std::sqrt(2.0), 1e-6);
  EXPECT_FALSE(report.contains("phantoms"));
}

TEST(EvaluateFrames, ListsFramesBelowTheBoundWithAreaAndPhase) {
  const nlohmann::json list = evaluationJson(exampleEvaluation()).at("frames_below_0.8");
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0].at("frame"), "b-es");
  EXPECT_EQ(list[0].at("phase"), "end_systole");
  EXPECT_EQ(list[0].at("reference_pixels"), 50);
  EXPECT_EQ(list[0].at("predicted_pixels"), 0);
  EXPECT_NE(evaluationText(exampleEvaluation()).find("b-es (reference 50 pixels"),
            std::string::npos);
}

TEST(EvaluateFrames, SaysWhenTheMasksAreKnownToBeLargerThanWhatWasDrawn) {
  FrameEvaluation e = exampleEvaluation();
  EXPECT_FALSE(evaluationJson(e).contains("note"));
  e.frames.front().patient = "SC-N-05";
  EXPECT_TRUE(evaluationJson(e).contains("note"));
  EXPECT_NE(evaluationText(e).find("--mask-edges sunnybrook"), std::string::npos);
  e.maskEdges = "sunnybrook";
  EXPECT_FALSE(evaluationJson(e).contains("note"));
  EXPECT_EQ(evaluationJson(e).at("mask_edges"), "sunnybrook");
}

TEST(EvaluateFrames, SegmentsOnceAndScoresAgainstEdgesTakenInTwoWays) {
  ScriptedSegmenter segmenter({10});
  std::vector<std::vector<FrameScore>> scores = evaluateAgainst(
      {{frameOf("a", CardiacPhase::endDiastole, 10)}, {frameOf("a", CardiacPhase::endDiastole, 8)}},
      segmenter, HeartSearch::perPatient);
  EXPECT_EQ(segmenter.calls(), std::vector<int>{1});
  FrameEvaluation e;
  e.source = "somewhere";
  e.frames = scores.at(0);
  EXPECT_FALSE(evaluationJson(e).contains("other_mask_edges"));
  e.otherMaskEdges = "sunnybrook";
  e.otherwise = scores.at(1);
  const nlohmann::json report = evaluationJson(e);
  EXPECT_DOUBLE_EQ(report.at("structures").at("lv_cavity").at("dice_mean").get<double>(), 1);
  const nlohmann::json& other = report.at("other_mask_edges");
  EXPECT_EQ(other.at("mask_edges"), "sunnybrook");
  EXPECT_NEAR(other.at("structures").at("lv_cavity").at("dice_mean").get<double>(), 160.0 / 180,
              1e-9);
  EXPECT_NE(evaluationText(e).find("The same with mask edges sunnybrook"), std::string::npos);
}

TEST(EvaluateFrames, MeasuresHowFarTheHeartWasMissed) {
  const FrameEvaluation e = exampleEvaluation();
  // The cavity of rows 8..17 has its centre at row 12.5; the script says 11.5, at 1.5 mm a pixel.
  ASSERT_TRUE(e.frames[0].centreErrorMm);
  EXPECT_NEAR(*e.frames[0].centreErrorMm, 1.0 * 1.5, 1e-9);
  EXPECT_EQ(evaluationJson(e).at("heart").at("n_not_found"), 1);
}

TEST(EvaluateFrames, SearchesAllFramesOfAPatientTogetherAndAnswersInTheOrderGiven) {
  // The second patient's frames come first and last, and out of the order of their names.
  std::vector<TrainingFrame> frames{frameOf("b", CardiacPhase::endSystole, 5),
                                    frameOf("a", CardiacPhase::endDiastole, 10),
                                    frameOf("b", CardiacPhase::endDiastole, 8)};
  ScriptedSegmenter segmenter({10, 8, 5});  // a-ed, then b-ed and b-es
  const auto scores = evaluateFrames(frames, segmenter, HeartSearch::perPatient);
  EXPECT_EQ(segmenter.calls(), (std::vector<int>{1, 2}));
  ASSERT_EQ(scores.size(), 3U);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    EXPECT_EQ(scores[i].name, frames[i].name);
    EXPECT_DOUBLE_EQ(*scores[i].structures[1]->dice, 1.0);
  }
  ScriptedSegmenter alone({5, 10, 8});
  evaluateFrames(frames, alone, HeartSearch::perFrame);
  EXPECT_EQ(alone.calls(), (std::vector<int>{1, 1, 1}));
}

TEST(EvaluateFrames, DoesNotStackFramesOfDifferentSpacing) {
  std::vector<TrainingFrame> frames{frameOf("a", CardiacPhase::endDiastole, 10),
                                    frameOf("a", CardiacPhase::endSystole, 5)};
  frames[1].spacingMm = 2;
  ScriptedSegmenter segmenter({10, 5});
  evaluateFrames(frames, segmenter, HeartSearch::perPatient);
  EXPECT_EQ(segmenter.calls().size(), 2U);
}

TEST(EvaluateFrames, SaysNullWhereThereIsNoNumber) {
  FrameEvaluation e = exampleEvaluation();
  e.frames.resize(1);
  const nlohmann::json report = evaluationJson(e);
  EXPECT_TRUE(report.at("structures").at("lv_cavity").at("dice_interval95")[0].is_null());
  EXPECT_TRUE(report.at("ejection_fraction").at("mean_error_points").is_null());
  EXPECT_TRUE(report.at("ejection_fraction").at("limits_of_agreement_points").is_null());
}

TEST(EvaluateFrames, CallsDrawnHeartsByTheirNameAndKeepsThemApart) {
  ScriptedSegmenter segmenter({});
  FrameEvaluation e;
  e.phantomSeed = 5;
  e.phantoms = evaluatePhantoms(3, 5, segmenter);
  const nlohmann::json report = evaluationJson(e);
  EXPECT_FALSE(report.contains("structures"));
  EXPECT_EQ(report.at("phantoms").at("evidence"), "phantom");
  EXPECT_EQ(report.at("phantoms").at("n_hearts"), 3);
  const nlohmann::json& rv = report.at("phantoms").at("structures").at("rv_cavity");
  EXPECT_EQ(rv.at("n_frames").get<int>() + rv.at("n_both_empty").get<int>(), 3);
  EXPECT_NE(evaluationText(e).find("evidence: phantom"), std::string::npos);
}

TEST(EvaluateFrames, DrawsTheSameHeartsForTheSameSeed) {
  ScriptedSegmenter segmenter({});
  const auto once = evaluatePhantoms(2, 7, segmenter);
  const auto again = evaluatePhantoms(2, 7, segmenter);
  const auto other = evaluatePhantoms(2, 8, segmenter);
  EXPECT_EQ(once[1].name, again[1].name);
  EXPECT_EQ(once[1].structures[3]->referencePixels, again[1].structures[3]->referencePixels);
  EXPECT_NE(once[1].name, other[1].name);
}

}  // namespace
}  // namespace cmr
