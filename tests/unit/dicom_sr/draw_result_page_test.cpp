#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "analysis/errors.h"
#include "dicom_sr/measurement_text.h"
#include "dicom_sr/page_canvas.h"
#include "dicom_sr/page_curve.h"
#include "dicom_sr/page_images.h"
#include "dicom_sr/page_png.h"
#include "dicom_sr/read_series.h"
#include "dicom_sr/writers.h"
#include "tests/support/judge.h"
#include "tests/support/real_series.h"
#include "tests/support/synthetic_analysis.h"

namespace cmr {
namespace {

using test::circlesOn;
using test::fixedContext;

SeriesStack demoStack() {
  const ReadResult result = readFolder(std::string(CMR_DEMO_DATA) + "/SCD0000301");
  if (result.stacks.size() != 1) throw std::runtime_error("the demo series does not read");
  return result.stacks.front();
}

SaxAnalysis withCurves(const SeriesStack& source) {
  SaxAnalysis analysis = circlesOn(source);
  for (int phase = 0; phase < source.stack.phaseCount; ++phase) {
    const double share =
        0.5 + 0.5 * std::cos(2 * M_PI * (phase - analysis.endDiastolePhase) / 20.0);
    analysis.phaseTimesMs.push_back(45.0 * phase);
    analysis.lvVolumeMl.push_back(60 + 91 * share);
    analysis.rvVolumeMl.push_back(55 + 75 * share);
  }
  return analysis;
}

std::size_t pixelsOf(const RgbImage& page, RgbColor color) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < page.pixels.size(); i += 3) {
    count += page.pixels[i] == color.red && page.pixels[i + 1] == color.green &&
             page.pixels[i + 2] == color.blue;
  }
  return count;
}

TEST(DrawResultPage, ShowsImagesContoursAndText) {
  const SeriesStack source = demoStack();
  const RgbImage page = drawResultPage(source, withCurves(source), fixedContext());
  EXPECT_EQ(page.width, page::width);
  EXPECT_GE(page.height, page::minHeight);
  EXPECT_LT(page.height, page::maxHeight);
  EXPECT_GT(pixelsOf(page, lvCavityColor), 500U);
  EXPECT_GT(pixelsOf(page, lvMyocardiumColor), 500U);
  EXPECT_GT(pixelsOf(page, rvCavityColor), 300U);
  EXPECT_GT(pixelsOf(page, screenPalette.ink), 2000U);
  std::set<std::uint8_t> greys;  // of the images
  for (std::size_t i = 0; i < page.pixels.size(); i += 3) {
    if (page.pixels[i] == page.pixels[i + 1] && page.pixels[i] == page.pixels[i + 2]) {
      greys.insert(page.pixels[i]);
    }
  }
  EXPECT_GT(greys.size(), 200U);
}

// Whatever is drawn must stay inside: the outermost pixels show the ground alone.
void expectFreeMargins(const RgbImage& page) {
  ASSERT_LT(page.height, page::maxHeight);
  for (int y = 0; y < page.height; ++y) {
    for (int x = 0; x < page.width; ++x) {
      if (x >= 24 && x < page.width - 24 && y >= 24 && y < page.height - 12) continue;
      const std::size_t at =
          (static_cast<std::size_t>(y) * page::width + static_cast<std::size_t>(x)) * 3;
      ASSERT_EQ(page.pixels[at], screenPalette.ground.red) << "at " << x << ", " << y;
    }
  }
}

TEST(DrawResultPage, LeavesItsMarginsFreeHoweverMuchThereIsToSay) {
  const SeriesStack source = demoStack();
  SaxAnalysis analysis = withCurves(source);
  const std::string endless(600, 'W');
  for (Measurement& m : analysis.measurements) {
    m.quality = Quality::uncertain;
    m.reason = m.id + " " + endless;
  }
  for (int i = 0; i < 30; ++i) {
    analysis.flags.push_back({Severity::serious, "flag", "The reason is " + endless});
  }
  expectFreeMargins(drawResultPage(source, analysis, fixedContext()));
}

TEST(DrawResultPage, KeepsALongNameOfAPackageInsideThePage) {
  const SeriesStack source = demoStack();
  SaxAnalysis analysis = withCurves(source);
  analysis.package.name.assign(240, 'w');
  expectFreeMargins(drawResultPage(source, analysis, fixedContext()));
}

TEST(DrawResultPage, GivesTheSamePixelsTwice) {
  const SeriesStack source = demoStack();
  const SaxAnalysis analysis = withCurves(source);
  EXPECT_EQ(drawResultPage(source, analysis, fixedContext()).pixels,
            drawResultPage(source, analysis, fixedContext()).pixels);
}

TEST(DrawResultPage, ShowsNothingOfAStructureThatThePackageDoesNotRelease) {
  const SeriesStack source = demoStack();
  SaxAnalysis analysis = withCurves(source);
  analysis.package.release[3] = "off";
  EXPECT_EQ(pixelsOf(drawResultPage(source, analysis, fixedContext()), rvCavityColor), 0U);
}

TEST(DrawResultPage, StaysWholeWithoutContoursCurvesAndNumbers) {
  const SeriesStack source = demoStack();
  SaxAnalysis analysis = circlesOn(source);
  std::fill(analysis.labels.labels.begin(), analysis.labels.labels.end(), std::uint8_t{0});
  analysis.measurements.clear();
  analysis.flags.clear();
  const RgbImage page = drawResultPage(source, analysis, fixedContext());
  EXPECT_GT(pixelsOf(page, screenPalette.ink), 1000U);
}

TEST(DrawResultPage, DrawsNoCurveOfAVentricleThatWasFoundAtNoPhase) {
  const SeriesStack source = demoStack();
  SaxAnalysis analysis = circlesOn(source);
  const auto phases = static_cast<std::size_t>(source.stack.phaseCount);
  analysis.lvVolumeMl.assign(phases, 100);
  analysis.rvVolumeMl.clear();
  const RgbImage without = drawResultPage(source, analysis, fixedContext());
  analysis.rvVolumeMl.assign(phases, 0);
  EXPECT_EQ(drawResultPage(source, analysis, fixedContext()).pixels, without.pixels);
  analysis.rvVolumeMl.assign(phases, 50);
  EXPECT_NE(drawResultPage(source, analysis, fixedContext()).pixels, without.pixels);
}

TEST(DrawResultPage, TakesTextThatIsNoUtf8) {
  const SeriesStack source = demoStack();
  SaxAnalysis analysis = withCurves(source);
  analysis.flags = {{Severity::warning, "odd",
                     "Gr\xF6\xDF"
                     "e \xFF\xC3"}};
  EXPECT_NO_THROW(drawResultPage(source, analysis, fixedContext()));
}

TEST(DrawResultPage, RefusesAnAnalysisOfAnotherSeries) {
  const SeriesStack source = demoStack();
  SaxAnalysis analysis = withCurves(source);
  analysis.keySlice = source.stack.sliceCount;
  EXPECT_THROW(drawResultPage(source, analysis, fixedContext()), InputError);
}

TEST(ShownSlices, AreThoseWithALeftVentricleAndTheKeySliceAmongThem) {
  const SeriesStack source = demoStack();
  SaxAnalysis analysis = circlesOn(source);
  for (int key = 1; key <= 8; ++key) {
    analysis.keySlice = key;
    std::vector<int> shown = shownSlices(source.stack, analysis, 5);
    EXPECT_EQ(shown.size(), 5U);
    EXPECT_NE(std::find(shown.begin(), shown.end(), key), shown.end()) << key;
    if (shown.front() > shown.back()) std::reverse(shown.begin(), shown.end());
    EXPECT_TRUE(std::is_sorted(shown.begin(), shown.end()));
    EXPECT_EQ(shown.front(), 1);
    EXPECT_EQ(shown.back(), 8);
  }
  EXPECT_EQ(shownSlices(source.stack, analysis, 20).size(), 8U);
}

TEST(AxisTicks, AreRoundAndReachTheLargestValue) {
  EXPECT_EQ(axisTicks(151), (std::vector<double>{0, 50, 100, 150, 200}));
  EXPECT_EQ(axisTicks(100), (std::vector<double>{0, 20, 40, 60, 80, 100}));
  EXPECT_EQ(axisTicks(0), (std::vector<double>{0, 1}));
  EXPECT_EQ(axisTicks(std::nan("")), (std::vector<double>{0, 1}));
  for (double largest = 0.3; largest < 900; largest *= 1.07) {
    const std::vector<double> ticks = axisTicks(largest);
    EXPECT_GE(ticks.back(), largest * (1 - 1e-6)) << largest;
    EXPECT_GE(ticks.size(), 3U) << largest;
    EXPECT_LE(ticks.size(), 7U) << largest;
  }
}

TEST(MeasurementText, GivesNoMoreDigitsThanTheMethodHas) {
  Measurement m = test::measurementOf("lv.edv", "LV EDV", {}, {"mL", "UCUM", ""}, 151.4);
  EXPECT_EQ(valueText(m), "151");
  m.value = 5.26;
  EXPECT_EQ(valueText(m), "5.3");
  m.value.reset();
  EXPECT_EQ(valueText(m), "not measured");
  EXPECT_EQ(qualityText(m), "Not measured: no reason was given");
  EXPECT_EQ(unitText({"mL/m2", "UCUM", ""}), "mL/m\xC2\xB2");
}

TEST(MeasurementText, JudgesAValueAgainstItsRangeAsItIsWritten) {
  Measurement m = test::measurementOf("lv.edv", "LV EDV", {}, {"mL", "UCUM", ""}, 204.4);
  EXPECT_EQ(rangeText(m), "");
  EXPECT_EQ(besideRange(m), Beside::within);
  m.reference = ReferenceRange{81, 204, "", ""};
  EXPECT_EQ(rangeText(m),
            "81\xE2\x80\x93"
            "204");
  EXPECT_EQ(besideRange(m), Beside::within);  // written 204
  m.value = 204.6;
  EXPECT_EQ(besideRange(m), Beside::above);
  m.value = 80.4;
  EXPECT_EQ(besideRange(m), Beside::below);
  m.value.reset();
  EXPECT_EQ(rangeText(m), "");
}

TEST(MeasurementText, NamesTheSourcesOfRangesOnceAndWhyOneIsNotShown) {
  SaxAnalysis analysis;
  analysis.package.release = {"", "report", "report", "off"};
  for (const char* id : {"lv.edv", "lv.esv", "lv.massi", "rv.edv"}) {
    analysis.measurements.push_back(test::measurementOf(id, id, {}, {"mL", "UCUM", ""}, 100));
  }
  analysis.measurements[0].reference = ReferenceRange{1, 2, "A", "men"};
  analysis.measurements[1].reference = ReferenceRange{3, 4, "A", "men"};
  analysis.measurements[2].noReference = "Sex unknown.";
  analysis.measurements[3].reference = ReferenceRange{5, 6, "RV", "men"};
  EXPECT_EQ(referenceSources(analysis),
            (std::vector<std::string>{"Ranges: men (A).", "No reference ranges. Sex unknown."}));
}

TEST(PagePng, GivesBackThePixelsOfTheSecondaryCapture) {
  const SeriesStack source = demoStack();
  const RgbImage page = drawResultPage(source, withCurves(source), fixedContext());
  const ProducedObject object = writeResultPage(source, page, fixedContext());
  EXPECT_EQ(pictureOf(object).pixels, page.pixels);
  const test::TemporaryFolder folder;
  const std::string file = folder.write("page.png", pngOf(page));
  const test::Verdict verdict = test::run("file '" + file + "'");
  EXPECT_NE(verdict.output.find("PNG image data, 1600 x"), std::string::npos) << verdict.output;
  ProducedObject broken = object;
  broken.bytes.resize(broken.bytes.size() / 2);
  EXPECT_THROW(pictureOf(broken), InputError);
}

}  // namespace
}  // namespace cmr
