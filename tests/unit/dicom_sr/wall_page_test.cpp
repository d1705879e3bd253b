#include "dicom_sr/wall_page.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "analysis/aha_segments.h"
#include "analysis/errors.h"
#include "dicom_sr/page_bullseye.h"
#include "dicom_sr/page_canvas.h"
#include "dicom_sr/page_chart.h"
#include "dicom_sr/read_series.h"
#include "dicom_sr/segment_values.h"
#include "tests/support/judge.h"
#include "tests/support/reshaped_stack.h"
#include "tests/support/synthetic_analysis.h"

namespace cmr {
namespace {

using test::circlesOn;
using test::fixedContext;

const SeriesStack& demoStack() {
  static const SeriesStack stack =
      readFolder(std::string(CMR_DEMO_DATA) + "/SCD0000301").stacks.at(0);
  return stack;
}

SaxAnalysis withWall(const SeriesStack& source) {
  SaxAnalysis a = circlesOn(source);
  a.wall = examineWall(source.stack, a.labels, {a.endDiastolePhase, a.endSystolePhase});
  for (int phase = 0; phase < source.stack.phaseCount; ++phase) {
    a.phaseTimesMs.push_back(20 + 40.0 * phase);
    a.lvVolumeMl.push_back(100 + 40 * std::cos(0.3 * phase));
    a.rvVolumeMl.push_back(90 + 40 * std::cos(0.3 * phase));
  }
  return a;
}

bool isLit(const RgbImage& image, double x, double y, RgbColor color) {
  const auto at = 3 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) +
                       static_cast<std::size_t>(x));
  return image.pixels.at(at) == color.red && image.pixels.at(at + 1) == color.green &&
         image.pixels.at(at + 2) == color.blue;
}

// A bullseye whose segment alone has the largest value.
RgbImage bullseyeOf(int segment, std::size_t count) {
  SegmentValues values{"Title", "mm", {}, 0, 10, 0, ""};
  values.values.assign(count, 0.0);
  values.values.at(static_cast<std::size_t>(segment - 1)) = 10;
  PageCanvas canvas(600, 700);
  drawBullseye(canvas, 0, 0, 600, values);
  return canvas.image(700);
}

// Where a segment's label is not: near the edge of its sector, as a direction in degrees
// counter-clockwise from the right and a share of the radius of 190 about (300, 252).
bool isLitAt(const RgbImage& image, double degrees, double share) {
  const double angle = degrees * M_PI / 180;
  return isLit(image, 300 + 190 * share * std::cos(angle), 252 - 190 * share * std::sin(angle),
               scaleColor(1));
}

TEST(Bullseye, HasBaseOutsideAnteriorAboveAndSeptumOnTheLeft) {
  EXPECT_TRUE(isLitAt(bullseyeOf(1, 16), 112, 0.9));   // basal anterior
  EXPECT_TRUE(isLitAt(bullseyeOf(2, 16), 128, 0.9));   // basal anteroseptal
  EXPECT_TRUE(isLitAt(bullseyeOf(3, 16), 232, 0.9));   // basal inferoseptal
  EXPECT_TRUE(isLitAt(bullseyeOf(4, 16), 248, 0.9));   // basal inferior
  EXPECT_TRUE(isLitAt(bullseyeOf(5, 16), 352, 0.9));   // basal inferolateral
  EXPECT_TRUE(isLitAt(bullseyeOf(6, 16), 8, 0.9));     // basal anterolateral
  EXPECT_TRUE(isLitAt(bullseyeOf(7, 16), 112, 0.65));  // mid anterior
  EXPECT_TRUE(isLitAt(bullseyeOf(12, 16), 8, 0.65));
  EXPECT_TRUE(isLitAt(bullseyeOf(13, 16), 128, 0.4));  // apical anterior: wider
  EXPECT_TRUE(isLitAt(bullseyeOf(14, 16), 142, 0.4));  // apical septal
  EXPECT_TRUE(isLitAt(bullseyeOf(15, 16), 232, 0.4));
  EXPECT_TRUE(isLitAt(bullseyeOf(16, 16), 322, 0.4));
  EXPECT_TRUE(isLitAt(bullseyeOf(17, 17), 90, 0.15));  // the cap
  EXPECT_FALSE(isLitAt(bullseyeOf(1, 16), 128, 0.9));
}

TEST(Bullseye, LeavesSegmentsWithoutAValueWithoutAColour) {
  SegmentValues values{"Title", "mm", {}, 0, 10, 0, ""};
  values.values.assign(16, std::nullopt);
  PageCanvas canvas(600, 700);
  drawBullseye(canvas, 0, 0, 600, values);
  const RgbImage image = canvas.image(700);
  for (double degrees = 0; degrees < 360; degrees += 1) {
    const double angle = degrees * M_PI / 180;
    const double x = 300 + 190 * 0.87 * std::cos(angle), y = 252 - 190 * 0.87 * std::sin(angle);
    EXPECT_FALSE(isLit(image, x, y, scaleColor(0))) << degrees;
  }
}

TEST(Bullseye, RefusesWhatIsNone) {
  PageCanvas canvas(600, 700);
  SegmentValues values{"Title", "mm", {}, 0, 10, 0, ""};
  EXPECT_THROW(drawBullseye(canvas, 0, 0, 600, values), InputError);
  values.values.resize(16);
  values.high = 0;
  EXPECT_THROW(drawBullseye(canvas, 0, 0, 600, values), InputError);
}

TEST(ScaleColor, RunsFromDarkToLightWithoutTurningBack) {
  double before = -1;
  for (double share = 0; share <= 1; share += 0.01) {
    const RgbColor c = scaleColor(share);
    const double light = 0.2126 * c.red + 0.7152 * c.green + 0.0722 * c.blue;
    EXPECT_GT(light, before) << share;
    before = light;
  }
}

TEST(SegmentValues, AreTheReportedMeasurementsInTheirPlaces) {
  SaxAnalysis analysis;
  analysis.package.release = {"", "report", "report", "off"};
  analysis.measurements.push_back(
      test::measurementOf("t1.segment.3", "T1", {}, {"ms", "UCUM", ""}, 1012));
  analysis.measurements.push_back(
      test::measurementOf("lge.segment.16.percent", "LGE", {}, {"%", "UCUM", ""}, 40));
  analysis.measurements.back().quality = Quality::uncertain;
  analysis.measurements.push_back(
      test::measurementOf("t2.segment.1", "T2", {}, {"ms", "UCUM", ""}, 50));
  analysis.measurements.back().value.reset();
  const std::vector<SegmentValues> all = segmentValues(analysis);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].title, "T1, native");
  EXPECT_EQ(all[0].values.at(2), 1012);
  EXPECT_EQ(std::count(all[0].values.begin(), all[0].values.end(), std::nullopt), 16)
      << "and the apex";
  EXPECT_EQ(all[1].values.at(15), 40);
  EXPECT_FALSE(all[1].note.empty());
}

TEST(SegmentValues, SayWhyThoseAreNotGivenThatStandBesideOthersOfTheirKind) {
  SaxAnalysis analysis;
  analysis.package.release = {"", "report", "report", "report"};
  for (const char* kind : {".ed", ".es"}) {
    for (int n = 1; n <= 16; ++n) {
      analysis.measurements.push_back(test::measurementOf(
          "lv.wall.segment." + std::to_string(n) + kind, "Thickness", {}, {"mm", "UCUM", ""}, 8));
      if (kind == std::string(".ed") && n > 1) continue;
      analysis.measurements.back().value.reset();
      analysis.measurements.back().quality = Quality::unmeasurable;
      analysis.measurements.back().reason = "No septum.";
    }
  }
  const std::vector<SegmentValues> all = segmentValues(analysis);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].note, "1 are not given: No septum. " + std::string(apexNotMeasured));
  EXPECT_EQ(all[1].note, "16 are not given: No septum. " + std::string(apexNotMeasured));
  EXPECT_EQ(std::count(all[1].values.begin(), all[1].values.end(), std::nullopt), 17);
  PageCanvas canvas(600, 700);
  drawBullseye(canvas, 0, 0, 600, all[1]);
}

TEST(Chart, SaysThatNothingWasMeasuredAndTakesGapsAndASinglePlace) {
  PageCanvas canvas(800, 600);
  Chart chart;
  chart.title = "Title";
  EXPECT_LT(drawChart(canvas, 0, 0, 800, chart), 100);
  chart.places = {1};
  chart.names = {"4"};
  chart.lines = {{"line", page::ink, false, {std::nullopt}}};
  EXPECT_LT(drawChart(canvas, 0, 0, 800, chart), 100);
  chart.lines = {{"line", page::ink, false, {-12.5}}};
  EXPECT_GT(drawChart(canvas, 0, 0, 800, chart), 300);
  canvas.requireDrawn();
}

TEST(WallPage, IsASecondaryCaptureThatDciodvfyAcceptsAndTheSameTwice) {
  const SeriesStack& source = demoStack();
  const SaxAnalysis analysis = withWall(source);
  ASSERT_TRUE(hasWallPage(source, analysis));
  const RgbImage page = drawWallPage(source, analysis, fixedContext());
  const ProducedObject object = writeWallPage(source, page, fixedContext());
  for (const std::string& error : test::dciodvfyErrors(object, source)) ADD_FAILURE() << error;
  EXPECT_EQ(
      object.bytes,
      writeWallPage(source, drawWallPage(source, analysis, fixedContext()), fixedContext()).bytes);
  const ProducedObject first = writeResultPage(source, page, fixedContext());
  EXPECT_NE(first.SOPInstanceUID, object.SOPInstanceUID);
  EXPECT_NE(first.SeriesInstanceUID, object.SeriesInstanceUID);
}

TEST(WallPage, FitsOneSliceAndTwenty) {
  for (const int slices : {1, 20}) {
    const SeriesStack source = test::reshaped(demoStack(), slices, 4);
    SaxAnalysis analysis = withWall(source);
    for (int n = 1; n <= 16; ++n) {
      for (const char* kind : {".percent", ".transmurality"}) {
        analysis.measurements.push_back(test::measurementOf(
            "lge.segment." + std::to_string(n) + kind, "LGE", {}, {"%", "UCUM", ""}, n));
      }
    }
    const RgbImage page = drawWallPage(source, analysis, fixedContext());
    EXPECT_LT(page.height, page::maxHeight) << slices;
    for (int y = 0; y < page.height; ++y) {  // the right margin stays free
      ASSERT_TRUE(isLit(page, page.width - 10, y, screenPalette.ground)) << slices << " " << y;
    }
  }
}

TEST(WallPage, IsNotForWhatHasNoWallToShow) {
  const SeriesStack& source = demoStack();
  SaxAnalysis analysis = withWall(source);
  analysis.package.release = {"", "report", "off", "off"};
  EXPECT_FALSE(hasWallPage(source, analysis));
  EXPECT_FALSE(hasWallPage(source, circlesOn(source)));
}

TEST(WallPage, IsTheSecondSheetOfTheDocument) {
  const SeriesStack source = demoStack();
  const std::string pdf = drawResultPdf(source, withWall(source), fixedContext());
  const test::TemporaryFolder folder;
  const std::string file = folder.write("document.pdf", pdf);
  EXPECT_NE(test::run("pdfinfo '" + file + "'").output.find("Pages:           2\n"),
            std::string::npos);
  const std::string text = test::run("pdftotext -f 2 '" + file + "' -").output;
  EXPECT_NE(text.find("wall and curves"), std::string::npos);
  EXPECT_NE(text.find("Strain of contours"), std::string::npos);
  EXPECT_EQ(pdf, drawResultPdf(source, withWall(source), fixedContext()));
}

}  // namespace
}  // namespace cmr
