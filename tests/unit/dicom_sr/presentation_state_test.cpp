#include "dicom_sr/presentation_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>

#include "analysis/errors.h"
#include "dicom_sr/key_segments.h"
#include "dicom_sr/read_series.h"
#include "dicom_sr/report_contours.h"
#include "tests/support/judge.h"
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

std::string ask(const ProducedObject& object, const std::string& script) {
  const test::TemporaryFolder folder;
  return test::run("/usr/bin/python3 -W ignore -c \"import pydicom;d=pydicom.dcmread('" +
                   folder.write("state.dcm", object.bytes) + "');" + script + "\"")
      .output;
}

TEST(PresentationState, IsAcceptedByDciodvfyAndTheSameTwice) {
  const SeriesStack& source = demoStack();
  const ProducedObject object = writePresentationState(source, circlesOn(source), fixedContext());
  for (const std::string& error : test::dciodvfyErrors(object, source)) ADD_FAILURE() << error;
  const test::TemporaryFolder folder;
  const test::Verdict verdict =
      test::run("dciodvfy -new '" + folder.write("object.dcm", object.bytes) + "'");
  for (const char* own : {"ContentCreatorName", "ContentDate", "ContentTime"}) {
    EXPECT_THAT(verdict.output, testing::Not(testing::HasSubstr(own)));
  }
  EXPECT_EQ(object.bytes, writePresentationState(source, circlesOn(source), fixedContext()).bytes);
}

TEST(PresentationState, DrawsEveryOutlineOfTheReportOnItsImage) {
  const SeriesStack& source = demoStack();
  const SaxAnalysis analysis = circlesOn(source);
  const auto contours = reportContours(source, analysis);
  const ProducedObject object = writePresentationState(source, analysis, fixedContext());
  std::string expected;
  for (const ReportContour& c : contours) {
    expected += sourceOf(source, c.slice, c.segment.phase).SOPInstanceUID + " " +
                std::to_string(c.columnsAndRows.size() / 2) + "\n";
  }
  EXPECT_EQ(ask(object,
                "print(*[f'{a.ReferencedImageSequence[0].ReferencedSOPInstanceUID} "
                "{a.GraphicObjectSequence[0].NumberOfGraphicPoints}' for a in "
                "d.GraphicAnnotationSequence],sep=chr(10))"),
            expected);
}

// The outline of a disc about the middle of the image lies about that middle, in coordinates whose
// origin is the corner of the first pixel.
TEST(PresentationState, CountsFromTheCornerOfTheFirstPixel) {
  const SeriesStack& source = demoStack();
  const ProducedObject object = writePresentationState(source, circlesOn(source), fixedContext());
  EXPECT_EQ(ask(object,
                "g=d.GraphicAnnotationSequence[0].GraphicObjectSequence[0].GraphicData;x=g[0::2];"
                "y=g[1::2];print((min(x)+max(x))/2,(min(y)+max(y))/2,x[0]==x[-1],y[0]==y[-1])"),
            "128.5 128.5 True True\n");
}

TEST(PresentationState, HasALayerForEachStructureThatItShowsAndNamesOnlyImagesThatItRefersTo) {
  const SeriesStack& source = demoStack();
  SaxAnalysis analysis = circlesOn(source);
  const std::string script =
      "r={str(i.ReferencedSOPInstanceUID) for s in d.ReferencedSeriesSequence for i in "
      "s.ReferencedImageSequence};a={str(x.ReferencedImageSequence[0].ReferencedSOPInstanceUID) "
      "for "
      "x in d.GraphicAnnotationSequence};print([x.GraphicLayer for x in d.GraphicLayerSequence],"
      "r==a)";
  EXPECT_EQ(ask(writePresentationState(source, analysis, fixedContext()), script),
            "['LV_ENDOCARDIUM', 'LV_EPICARDIUM', 'RV_ENDOCARDIUM'] True\n");
  analysis.package.release = {"", "report", "report", "off"};
  EXPECT_EQ(ask(writePresentationState(source, analysis, fixedContext()), script),
            "['LV_ENDOCARDIUM', 'LV_EPICARDIUM'] True\n");
}

const std::string greys =
    "w=d.get('SoftcopyVOILUTSequence',[]);print(d.get('RescaleSlope'),d.get('RescaleIntercept'),"
    "d.get('RescaleType'),len(w),sorted({(str(x.WindowCenter),str(x.WindowWidth)) for x in w}))";

SeriesStack shownAs(const std::function<void(SourceDisplay&, std::size_t)>& change) {
  SeriesStack source = demoStack();
  for (std::size_t i = 0; i < source.sources.size(); ++i) change(source.sources[i].display, i);
  return source;
}

// Shown without it, the images would be as bright as their largest value lets them be.
TEST(PresentationState, ShowsEachImageWithTheWindowThatItCarries) {
  const SeriesStack& source = demoStack();
  const ProducedObject object = writePresentationState(source, circlesOn(source), fixedContext());
  std::string expected;
  std::set<std::string> seen;
  for (const ReportContour& c : reportContours(source, circlesOn(source))) {
    const SourceFrame& image = sourceOf(source, c.slice, c.segment.phase);
    ASSERT_FALSE(image.display.WindowCenter.empty());
    if (!seen.insert(image.SOPInstanceUID).second) continue;
    expected += image.SOPInstanceUID + " " + image.display.WindowCenter + " " +
                image.display.WindowWidth + "\n";
  }
  EXPECT_EQ(ask(object,
                "w={str(i.ReferencedSOPInstanceUID):(x.WindowCenter,x.WindowWidth) for x in "
                "d.SoftcopyVOILUTSequence for i in x.ReferencedImageSequence};"
                "print(*[f'{k} {w[k][0]} {w[k][1]}' for k in dict.fromkeys(str("
                "a.ReferencedImageSequence[0].ReferencedSOPInstanceUID) for a in "
                "d.GraphicAnnotationSequence)],sep=chr(10))"),
            expected);
  EXPECT_EQ(ask(object, "print('RescaleSlope' in d)"), "False\n");  // nor have the images
}

TEST(PresentationState, HasOneWindowAndTheRescaleWhereAllImagesShareThem) {
  const SeriesStack source = shownAs([](SourceDisplay& display, std::size_t) {
    display = {"200\\150", "400\\100", "LINEAR", "2", "-5", ""};
  });
  const ProducedObject object = writePresentationState(source, circlesOn(source), fixedContext());
  EXPECT_EQ(ask(object, greys), "2 -5 US 1 [('[200, 150]', '[400, 100]')]\n");
  EXPECT_EQ(ask(object, "print('ReferencedImageSequence' in d.SoftcopyVOILUTSequence[0])"),
            "False\n");
  for (const std::string& error : test::dciodvfyErrors(object, source)) ADD_FAILURE() << error;
}

// Philips scales each image by itself, and a state holds one rescale.
TEST(PresentationState, GivesWindowsInStoredValuesWhereRescalesDiffer) {
  const SeriesStack source = shownAs([](SourceDisplay& display, std::size_t i) {
    display = {"200.5", "401", "", i < 100 ? "2" : "4", "100", "normalized"};
  });
  const ProducedObject object = writePresentationState(source, circlesOn(source), fixedContext());
  // (200 - 100) / 2 + 0.5 is 50.5 and 400 / 2 + 1 is 201; over 4 it is 25.5 and 101.
  EXPECT_EQ(ask(object, greys), "None None None 2 [('25.5', '101'), ('50.5', '201')]\n");
  for (const std::string& error : test::dciodvfyErrors(object, source)) ADD_FAILURE() << error;
}

TEST(PresentationState, RepeatsNoWindowThatIsNone) {
  for (const SourceDisplay& wrong :
       {SourceDisplay{"0,5", "400"}, SourceDisplay{"200", "0"}, SourceDisplay{"200\\1", "400"},
        SourceDisplay{"", ""}, SourceDisplay{"200", "400", "CUBIC"}}) {
    const SeriesStack source = shownAs([&](SourceDisplay& d, std::size_t) { d = wrong; });
    const ProducedObject object = writePresentationState(source, circlesOn(source), fixedContext());
    EXPECT_EQ(ask(object, greys), "None None None 0 []\n") << wrong.WindowCenter;
  }
}

TEST(PresentationState, IsNotForWhatHasNoOutline) {
  const SeriesStack& source = demoStack();
  SaxAnalysis analysis = circlesOn(source);
  EXPECT_TRUE(hasOutlines(source, analysis));
  std::fill(analysis.labels.labels.begin(), analysis.labels.labels.end(), std::uint8_t{0});
  EXPECT_FALSE(hasOutlines(source, analysis));
  EXPECT_THROW(writePresentationState(source, analysis, fixedContext()), InputError);
}

}  // namespace
}  // namespace cmr
