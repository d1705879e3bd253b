#include "dicom_sr/report_numbers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <set>

#include "tests/support/synthetic_analysis.h"

namespace cmr {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

ReportContour outline(Structure structure, bool isEndDiastole, int slice, double areaMm2 = 500) {
  ReportContour contour;
  contour.segment.structure = structure;
  contour.segment.isEndDiastole = isEndDiastole;
  contour.segment.phase = isEndDiastole ? 0 : 8;
  contour.slice = slice;
  contour.areaMm2 = areaMm2;
  return contour;
}

// All three structures on slices 0 to 4 at both key phases.
std::vector<ReportContour> heart() {
  std::vector<ReportContour> contours;
  for (const bool isEndDiastole : {true, false}) {
    for (const Structure structure :
         {Structure::lvCavity, Structure::lvMyocardium, Structure::rvCavity}) {
      for (int slice = 0; slice < 5; ++slice) {
        contours.push_back(outline(structure, isEndDiastole, slice));
      }
    }
  }
  return contours;
}

SaxAnalysis analysisWith(const std::vector<std::string>& ids) {
  SaxAnalysis analysis;
  analysis.keySlice = 2;
  analysis.package.release = {"", "report", "report", "report"};
  for (const std::string& id : ids) {
    analysis.measurements.push_back(
        test::measurementOf(id, id, {"1", "99CMR", "Long name of " + id}, {"1", "UCUM", "1"}, 1));
  }
  return analysis;
}

const std::vector<std::string> everything{"lv.edv",  "lv.esv", "lv.sv",  "lv.ef", "lv.co",
                                          "lv.mass", "rv.edv", "rv.esv", "rv.sv", "rv.ef"};

std::vector<std::string> idsOf(const OutlineNumbers& numbers) {
  std::vector<std::string> ids;
  for (const Measurement* measurement : numbers.measurements) ids.push_back(measurement->id);
  return ids;
}

TEST(PlaceNumbers, ShowsTheMostImportantFiveFirstAndTheRestBesideThemAtEndDiastole) {
  const std::vector<ReportContour> contours = heart();
  const SaxAnalysis analysis = analysisWith(everything);
  const std::vector<OutlineNumbers> placed = placeNumbers(contours, analysis);
  ASSERT_EQ(placed.size(), contours.size());
  EXPECT_THAT(idsOf(placed[0]), ElementsAre("lv.ef", "lv.edv", "lv.esv", "lv.sv", "lv.mass"));
  EXPECT_EQ(contours[placed[0].contour].slice, 2);
  EXPECT_EQ(contours[placed[0].contour].segment.structure, Structure::lvCavity);
  EXPECT_TRUE(contours[placed[0].contour].segment.isEndDiastole);
  EXPECT_THAT(idsOf(placed[1]), ElementsAre("lv.co"));
  EXPECT_EQ(std::abs(contours[placed[1].contour].slice - 2), 1);
  EXPECT_TRUE(contours[placed[1].contour].segment.isEndDiastole);
}

TEST(PlaceNumbers, GivesTheRightVentricleAnImageOfItsOwn) {
  const std::vector<ReportContour> contours = heart();
  const SaxAnalysis analysis = analysisWith(everything);
  const std::vector<OutlineNumbers> placed = placeNumbers(contours, analysis);
  EXPECT_THAT(idsOf(placed[2]), ElementsAre("rv.ef", "rv.edv", "rv.esv", "rv.sv"));
  const ReportContour& carrier = contours[placed[2].contour];
  EXPECT_EQ(carrier.segment.structure, Structure::rvCavity);
  EXPECT_TRUE(carrier.segment.isEndDiastole);
  EXPECT_NE(carrier.slice, 2);
}

// Law: however many numbers there are, no image has them at two outlines, and none is lost.
TEST(PlaceNumbers, NeverNumbersTwoOutlinesOfOneImageAndLosesNone) {
  const std::vector<ReportContour> whole = heart();
  for (std::size_t count = 0; count <= 40; ++count) {
    for (const std::size_t contourCount : {std::size_t{1}, std::size_t{6}, whole.size()}) {
      const std::vector<ReportContour> contours(
          whole.end() - static_cast<std::ptrdiff_t>(contourCount), whole.end());
      std::vector<std::string> ids;
      for (std::size_t i = 0; i < count; ++i) {
        ids.push_back((i % 3 == 0 ? "rv.x" : "lv.x") + std::to_string(i));
      }
      const SaxAnalysis analysis = analysisWith(ids);
      std::set<std::pair<int, bool>> images;
      std::multiset<std::string> placed;
      std::set<std::size_t> seen;
      for (const OutlineNumbers& one : placeNumbers(contours, analysis)) {
        EXPECT_TRUE(seen.insert(one.contour).second);
        for (const std::string& id : idsOf(one)) placed.insert(id);
        if (one.measurements.empty() && !one.hasArea) continue;
        const ReportContour& contour = contours[one.contour];
        EXPECT_TRUE(images.insert({contour.slice, contour.segment.isEndDiastole}).second);
      }
      EXPECT_EQ(placed, std::multiset<std::string>(ids.begin(), ids.end()));
      EXPECT_EQ(seen.size(), contours.size());
    }
  }
}

// Both share a concept: only the group's time point tells them apart.
TEST(PlaceNumbers, KeepsThicknessBySegmentOnImagesOfItsPhaseAndTheRightVentricleOnItsOwn) {
  std::vector<std::string> ids = everything;
  for (int i = 0; i < 12; ++i) ids.push_back("lv.further" + std::to_string(i));
  for (const char* kind : {".ed", ".es", ".thickening"}) {
    for (int n = 1; n <= 16; ++n) ids.push_back("lv.wall.segment." + std::to_string(n) + kind);
  }
  const std::vector<ReportContour> contours = heart();
  const SaxAnalysis analysis = analysisWith(ids);
  std::size_t placed = 0;
  for (const OutlineNumbers& one : placeNumbers(contours, analysis)) {
    const ReportContour& contour = contours[one.contour];
    for (const std::string& id : idsOf(one)) {
      ++placed;
      EXPECT_TRUE(!id.starts_with("rv") || contour.segment.structure == Structure::rvCavity) << id;
      if (id.find(".segment.") == std::string::npos) continue;
      EXPECT_EQ(contour.segment.isEndDiastole, id.ends_with(".ed")) << id;
    }
  }
  EXPECT_EQ(placed, ids.size());
}

TEST(PlaceNumbers, GivesOneAreaToEveryImage) {
  const std::vector<ReportContour> contours = heart();
  const SaxAnalysis analysis = analysisWith({});
  std::map<std::pair<int, bool>, Structure> areas;
  for (const OutlineNumbers& one : placeNumbers(contours, analysis)) {
    if (!one.hasArea) continue;
    const ReportContour& contour = contours[one.contour];
    areas[{contour.slice, contour.segment.isEndDiastole}] = contour.segment.structure;
  }
  EXPECT_EQ(areas.size(), 10U);
  for (const auto& [image, structure] : areas) EXPECT_EQ(structure, Structure::lvCavity);
}

TEST(PlaceNumbers, LeavesOutWhatIsNotReleasedOrNotMeasured) {
  SaxAnalysis analysis = analysisWith(everything);
  analysis.package.release[3] = "off";
  analysis.measurements[0].quality = Quality::unmeasurable;
  std::vector<std::string> ids;
  for (const OutlineNumbers& one : placeNumbers(heart(), analysis)) {
    for (const std::string& id : idsOf(one)) ids.push_back(id);
  }
  EXPECT_THAT(ids, ElementsAre("lv.ef", "lv.esv", "lv.sv", "lv.mass", "lv.co"));
}

TEST(PlaceNumbers, HasNothingToSayWithoutContours) {
  EXPECT_THAT(placeNumbers({}, analysisWith(everything)), IsEmpty());
}

TEST(ShortConcept, AbbreviatesTheNameAndKeepsTheCode) {
  const SaxAnalysis analysis = analysisWith({"lv.edv", "lv.unknown"});
  EXPECT_EQ(shortConcept(analysis.measurements[0]).meaning, "LV EDV");
  EXPECT_EQ(shortConcept(analysis.measurements[0]).value, "1");
  EXPECT_EQ(shortConcept(analysis.measurements[1]).meaning, "Long name of lv.unknown");
}

}  // namespace
}  // namespace cmr
