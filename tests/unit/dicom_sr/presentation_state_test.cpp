#include "dicom_sr/presentation_state.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "analysis/errors.h"
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
