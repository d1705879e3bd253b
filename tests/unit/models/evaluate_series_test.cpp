#include "models/evaluate_series.h"

#include <gtest/gtest.h>

#include <array>

#include "analysis/errors.h"
#include "models/series_report.h"

namespace cmr {
namespace {

constexpr int side = 48;
constexpr int slices = 8;
constexpr int phases = 10;

// 48 x 48 pixels of 2 mm, slices 10 mm apart: a pixel is 0.04 mL.
ImageStack cine() {
  ImageStack stack;
  stack.rows = stack.columns = side;
  stack.sliceCount = slices;
  stack.phaseCount = phases;
  for (int s = 0; s < slices; ++s) {
    stack.planes.push_back({{0, 0, 10.0 * s}, {1, 0, 0}, {0, 1, 0}, 2, 2});
    for (int p = 0; p < phases; ++p) {
      StackFrame frame;
      frame.pixels.assign(side * side, 0.0F);
      frame.timing.triggerTimeMs = 80.0 * p;
      frame.sourceIndex = stack.frames.size();
      stack.frames.push_back(frame);
    }
  }
  return stack;
}

// Half the side of the cavity: 10 pixels at phase 0, smallest at phase 4.
int halfSide(int phase) {
  constexpr std::array<int, phases> curve{10, 9, 8, 6, 5, 6, 7, 8, 9, 9};
  return curve[static_cast<std::size_t>(phase)];
}

Mask square(int half) {
  Mask mask{side, side, std::vector<std::uint8_t>(side * side)};
  for (int r = 24 - half; r < 24 + half; ++r) {
    for (int c = 24 - half; c < 24 + half; ++c) {
      mask.pixels[static_cast<std::size_t>(r * side + c)] = 1;
    }
  }
  return mask;
}

// Finds the cavity in slices 1..6, and a wall of three pixels about it.
class SquareSegmenter final : public FrameSegmenter {
 public:
  SquareSegmenter() {
    identity_.name = "square";
    identity_.evidence.fill("real");
    identity_.release.fill("report");
  }
  Segmentation segment(const ImageStack& stack, const ProgressCallback&) override {
    Segmentation found;
    found.labels = LabelStack(stack.rows, stack.columns, stack.sliceCount, stack.phaseCount);
    found.confidence.resize(stack.frames.size());
    for (int s = 1; s < slices - 1; ++s) {
      for (int p = 0; p < phases; ++p) {
        const auto frame = found.labels.frame(s, p);
        const Mask outer = square(halfSide(p) + 3);
        const Mask inner = square(halfSide(p));
        for (std::size_t i = 0; i < frame.size(); ++i) {
          frame[i] = inner.pixels[i] != 0 ? 1 : outer.pixels[i] != 0 ? 2 : 0;
        }
        FrameConfidence& sure = found.confidence[static_cast<std::size_t>(s * phases + p)];
        sure.peakProbability.fill(1);
        sure.meanProbability.fill(1);
      }
    }
    found.heartCentreColumn = found.heartCentreRow = 23.5;
    return found;
  }
  const PackageIdentity& identity() const override { return identity_; }

 private:
  PackageIdentity identity_;
};

// The same with a speck of cavity far off in every frame of slice 3, which repair takes away.
class SpeckledSegmenter final : public FrameSegmenter {
 public:
  Segmentation segment(const ImageStack& stack, const ProgressCallback& progress) override {
    Segmentation found = inner_.segment(stack, progress);
    for (int p = 0; p < phases; ++p) {
      for (int c = 1; c < 4; ++c) found.labels.frame(3, p)[static_cast<std::size_t>(side + c)] = 1;
    }
    return found;
  }
  const PackageIdentity& identity() const override { return inner_.identity(); }

 private:
  SquareSegmenter inner_;
};

// Contours at phases 0 and 4 in slices 2..6: slice 1, which the network finds, was not drawn.
std::vector<SeriesContour> contours() {
  std::vector<SeriesContour> drawn;
  for (int s = 2; s < slices - 1; ++s) {
    for (const int p : {4, 0}) {
      drawn.push_back({s * phases + p + 1, s, p, square(halfSide(p)), {}});
      if (p == 0) drawn.back().epi = square(halfSide(p) + 3);
    }
  }
  return drawn;
}

TEST(SeriesReference, SumsDiscsAtTheLargestAndTheSmallestDrawnPhase) {
  const std::vector<SeriesContour> drawn = contours();
  const SeriesReference reference = referenceOf(cine(), drawn);
  EXPECT_EQ(reference.endDiastolePhase, 0);
  EXPECT_EQ(reference.endSystolePhase, 4);
  EXPECT_NEAR(*reference.numbers.edvMl, 5 * 400 * 0.04, 1e-9);
  EXPECT_NEAR(*reference.numbers.esvMl, 5 * 100 * 0.04, 1e-9);
  EXPECT_NEAR(*reference.numbers.efPercent, 75, 1e-9);
  EXPECT_NEAR(*reference.numbers.massG, 5 * (26 * 26 - 400) * 0.04 * 1.05, 1e-9);
}

TEST(SeriesReference, DoesNotTakeAPhaseOfWhichOneSliceWasDrawn) {
  std::vector<SeriesContour> drawn = contours();
  drawn.push_back({999, 3, 5, square(1), {}});
  EXPECT_EQ(referenceOf(cine(), drawn).endSystolePhase, 4);
}

TEST(SeriesReference, RefusesASinglePhase) {
  std::vector<SeriesContour> drawn = contours();
  std::erase_if(drawn, [](const SeriesContour& c) { return c.phase != 0; });
  EXPECT_THROW(referenceOf(cine(), drawn), InputError);
  EXPECT_THROW(referenceOf(cine(), {}), InputError);
}

TEST(EvaluateSeries, MeasuresTheWholeSeriesAndTheContouredSlicesApart) {
  const std::vector<SeriesContour> drawn = contours();
  SquareSegmenter segmenter;
  const SeriesEvaluation e = evaluateSeries(cine(), drawn, segmenter);
  EXPECT_EQ(e.endDiastolePhase, 0);
  EXPECT_EQ(e.endSystolePhase, 4);
  EXPECT_NEAR(*e.asShipped.edvMl, 6 * 400 * 0.04, 1e-9);
  EXPECT_NEAR(*e.asShipped.esvMl, 6 * 100 * 0.04, 1e-9);
  EXPECT_NEAR(*e.referenceSlices.edvMl, *e.reference.numbers.edvMl, 1e-9);
  EXPECT_NEAR(*e.referenceSlices.massG, *e.reference.numbers.massG, 1e-9);
  EXPECT_NEAR(e.outsideMl(CardiacPhase::endDiastole), 400 * 0.04, 1e-9);
  EXPECT_NEAR(e.outsideMl(CardiacPhase::endSystole), 100 * 0.04, 1e-9);
  ASSERT_EQ(e.outside.size(), 2U);
  EXPECT_EQ(e.outside[0].slice, 1);
}

TEST(EvaluateSeries, ScoresEveryContourBeforeAndAfterRepair) {
  const std::vector<SeriesContour> drawn = contours();
  SquareSegmenter segmenter;
  const SeriesEvaluation e = evaluateSeries(cine(), drawn, segmenter);
  ASSERT_EQ(e.frames.size(), drawn.size());
  for (const ContourScore& frame : e.frames) {
    EXPECT_DOUBLE_EQ(*frame.raw.structures[1]->dice, 1.0);
    EXPECT_DOUBLE_EQ(*frame.repaired.structures[1]->dice, 1.0);
    EXPECT_EQ(frame.raw.structures[2].has_value(), frame.raw.phase == CardiacPhase::endDiastole);
  }
}

TEST(EvaluateSeries, TellsWhatRepairChanged) {
  const std::vector<SeriesContour> drawn = contours();
  SpeckledSegmenter segmenter;
  for (const ContourScore& frame : evaluateSeries(cine(), drawn, segmenter).frames) {
    EXPECT_DOUBLE_EQ(*frame.repaired.structures[1]->dice, 1.0);
    if (frame.slice == 3) {
      EXPECT_LT(*frame.raw.structures[1]->dice, 1.0);
      EXPECT_EQ(frame.raw.structures[1]->predictedPixels,
                frame.repaired.structures[1]->predictedPixels + 3);
    }
  }
}

TEST(EvaluateSeries, RecordsLabelsAsTheNetworkLeftThem) {
  SquareSegmenter inner;
  RecordingSegmenter recorder(inner);
  const Segmentation found = recorder.segment(cine(), {});
  EXPECT_EQ(recorder.labels().labels, found.labels.labels);
  EXPECT_EQ(recorder.identity().name, "square");
}

TEST(EvaluateSeries, CountsPhasesTheShorterWayAroundTheBeat) {
  EXPECT_EQ(cyclicOffset(0, 19, 20), 1);
  EXPECT_EQ(cyclicOffset(19, 0, 20), -1);
  EXPECT_EQ(cyclicOffset(7, 7, 20), 0);
  EXPECT_EQ(cyclicOffset(10, 0, 20), 10);
  EXPECT_EQ(cyclicOffset(11, 0, 20), -9);
}

TEST(EvaluateSeries, ReportsErrorsAgainstTheContours) {
  const std::vector<SeriesContour> drawn = contours();
  SquareSegmenter segmenter;
  const SeriesEvaluation e = evaluateSeries(cine(), drawn, segmenter);
  const nlohmann::json report = seriesJson(e, segmenter.identity(), "seg_cine_sax");
  EXPECT_NEAR(report.at("as_shipped").at("error").at("edv_ml").get<double>(), 16, 1e-9);
  EXPECT_NEAR(report.at("reference_slices").at("error").at("ef_points").get<double>(), 0, 1e-9);
  EXPECT_NEAR(report.at("outside_contours").at("end_diastole_ml").get<double>(), 16, 1e-9);
  EXPECT_EQ(report.at("phases").at("end_systole").at("found"), 4);
  EXPECT_EQ(report.at("phases").at("end_systole").at("offset"), 0);
  const nlohmann::json& lv = report.at("structures").at("lv_cavity");
  EXPECT_EQ(lv.at("raw").at("n_frames"), 10);
  EXPECT_EQ(lv.at("repaired").at("end_systole").at("n_frames"), 5);
  EXPECT_EQ(report.at("structures").at("lv_myocardium").at("raw").at("n_frames"), 5);
  EXPECT_NE(seriesText(e, segmenter.identity(), "seg_cine_sax").find("+16.0"), std::string::npos);
}

}  // namespace
}  // namespace cmr
