#include "dicom_sr/page_canvas.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dicom_sr/label_places.h"
#include "dicom_sr/page_pdf.h"
#include "dicom_sr/structure_colors.h"
#include "tests/support/judge.h"

namespace cmr {
namespace {

using testing::HasSubstr;

std::string textOnPaper(const std::string& text) {
  const test::TemporaryFolder folder;
  const std::string pdf = sheetsOf({"A title", "20200102030405"}, {[&](PageCanvas& canvas) {
                                     canvas.text(100, 100, text, TextStyle::body);
                                     return 200.0;
                                   }});
  return test::run("pdftotext '" + folder.write("page.pdf", pdf) + "' -").output;
}

TEST(PageCanvas, SetsAMinusBeforeNumbersAndLeavesHyphensAlone) {
  EXPECT_THAT(textOnPaper("-19.5"), HasSubstr("\xE2\x88\x92"
                                              "19.5"));
  EXPECT_THAT(textOnPaper("from -6 (-5)"), HasSubstr("from \xE2\x88\x92"
                                                     "6 (\xE2\x88\x92"
                                                     "5)"));
  for (const char* const text : {"2026-11-28", "mid-wall", "5-10", "- a list", "T1-5"}) {
    EXPECT_THAT(textOnPaper(text), HasSubstr(text));
  }
}

TEST(PageCanvas, KnowsWhichColoursAreFaintOnPaperAndOnScreen) {
  const PageCanvas paper(10, 10, paperPalette);
  const PageCanvas screen(10, 10, screenPalette);
  EXPECT_TRUE(paper.isFaint(lvMyocardiumColor));
  EXPECT_TRUE(paper.isFaint(rvCavityColor));
  EXPECT_FALSE(paper.isFaint(lvCavityColor));
  EXPECT_FALSE(paper.isFaint(page::ink));
  for (const RgbColor color : {lvCavityColor, lvMyocardiumColor, rvCavityColor}) {
    EXPECT_FALSE(screen.isFaint(color));
  }
}

TEST(PictureOfPage, IsAsHighAsWhatIsDrawnWithinItsBounds) {
  const auto pageOf = [](double height) {
    return pictureOfPage(300, 500, [=](PageCanvas&) { return height; });
  };
  EXPECT_EQ(pageOf(10).height, 300);
  EXPECT_EQ(pageOf(400.2).height, 401);
  EXPECT_EQ(pageOf(9000).height, 500);
  EXPECT_EQ(pageOf(400).width, page::width);
}

TEST(LabelPlaces, MovesNamesApartOnlyWhereTheyWouldMeet) {
  EXPECT_EQ(labelPlaces(100, 200, 32), std::make_pair(100.0, 200.0));
  EXPECT_EQ(labelPlaces(200, 100, 32), std::make_pair(200.0, 100.0));
  EXPECT_EQ(labelPlaces(100, 110, 32), std::make_pair(89.0, 121.0));
  EXPECT_EQ(labelPlaces(110, 100, 32), std::make_pair(121.0, 89.0));
  EXPECT_EQ(labelPlaces(100, 100, 32), std::make_pair(84.0, 116.0));
}

}  // namespace
}  // namespace cmr
