#include "dicom_sr/parametric_map.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmpmap/dpmparametricmapiod.h>
#include <gtest/gtest.h>

#include <cmath>
#include <memory>

#include "analysis/errors.h"
#include "analysis/relaxation_fit.h"
#include "dicom_sr/read_series.h"
#include "tests/support/judge.h"
#include "tests/support/reshaped_stack.h"
#include "tests/support/synthetic_analysis.h"

namespace cmr {
namespace {

using test::fixedContext;

// MOLLI images of a known T1 in each pixel, two slices, on the grid of a real series.
SeriesStack molliOn(const SeriesStack& demo) {
  const double times[] = {100, 180, 260, 1100, 1180, 2100, 3100, 4100};
  SeriesStack source = test::reshaped(demo, 2, 8);
  for (int slice = 0; slice < 2; ++slice) {
    for (int phase = 0; phase < 8; ++phase) {
      StackFrame& frame = source.stack.frame(slice, phase);
      frame.timing.inversionTimeMs = times[phase];
      for (std::size_t i = 0; i < frame.pixels.size(); ++i) {
        const double t1 = 800 + static_cast<double>(i % 400) + 100 * slice;
        const double recovered = 200 - 400 * std::exp(-times[phase] / t1);  // B = 2 A: T1* = T1
        frame.pixels[i] = static_cast<float>(i % 7 == 0 ? 0 : std::abs(recovered));
      }
    }
  }
  return source;
}

const SeriesStack& molli() {
  static const SeriesStack source =
      molliOn(readFolder(std::string(CMR_DEMO_DATA) + "/SCD0000301").stacks.at(0));
  return source;
}

const QuantityMap& map() {
  static const QuantityMap fitted = fittedT1(fitT1Stack(molli().stack).map);
  return fitted;
}

TEST(ParametricMap, IsAcceptedByDciodvfyAndTheSameTwice) {
  const ProducedObject object = writeParametricMap(molli(), map(), fixedContext());
  for (const std::string& error : test::dciodvfyErrors(object, molli())) ADD_FAILURE() << error;
  EXPECT_EQ(object.bytes, writeParametricMap(molli(), map(), fixedContext()).bytes);
}

TEST(ParametricMap, HoldsTheFittedNumbersAsDcmtksOwnReaderReadsThem) {
  const test::TemporaryFolder folder;
  const std::string file =
      folder.write("map.dcm", writeParametricMap(molli(), map(), fixedContext()).bytes);
  const auto loaded = DPMParametricMapIOD::loadFile(file.c_str());
  DPMParametricMapIOD* const* const iod = OFget<DPMParametricMapIOD*>(&loaded);
  ASSERT_NE(iod, nullptr);
  const std::unique_ptr<DPMParametricMapIOD> owned(*iod);
  auto frames = owned->getFrames();
  auto* const floats = OFget<DPMParametricMapIOD::Frames<Float32>>(&frames);
  ASSERT_NE(floats, nullptr);
  for (std::size_t slice = 0; slice < 2; ++slice) {
    const Float32* const values = floats->getFrame(slice);
    ASSERT_NE(values, nullptr);
    int exact = 0;
    for (std::size_t i = 0; i < map().planes[slice].values.size(); ++i) {
      const float expected = i % 7 == 0 ? 0 : 800 + static_cast<float>(i % 400 + 100 * slice);
      exact += std::abs(values[i] - expected) < 1;
    }
    EXPECT_EQ(exact, static_cast<int>(map().planes[slice].values.size()));
  }
}

TEST(ParametricMap, SaysWhatItsNumbersAreAndWhichImagesTheyComeFrom) {
  const test::TemporaryFolder folder;
  const test::Verdict verdict = test::run(
      "/usr/bin/python3 -W ignore -c \"import pydicom;d=pydicom.dcmread('" +
      folder.write("map.dcm", writeParametricMap(molli(), map(), fixedContext()).bytes) +
      "');s=d.SharedFunctionalGroupsSequence[0].RealWorldValueMappingSequence[0];"
      "print(s.MeasurementUnitsCodeSequence[0].CodeValue,s.RealWorldValueSlope,"
      "s.QuantityDefinitionSequence[0].ConceptCodeSequence[0].CodeMeaning,d.NumberOfFrames,"
      "[len(f.DerivationImageSequence[0].SourceImageSequence) for f in "
      "d.PerFrameFunctionalGroupsSequence],len(d.FloatPixelData),'PixelData' in d)\"");
  EXPECT_EQ(verdict.output, "ms 1.0 T1 2 [8, 8] " + std::to_string(2 * 256 * 256 * 4) + " False\n");
}

// CID 7203 tells what was done and holds no quantities; a concept outside of it needs a scheme that
// the object declares.
TEST(ParametricMap, NamesAsItsDerivationWhatWasDoneToTheImagesAndNotTheQuantity) {
  const test::TemporaryFolder folder;
  const test::Verdict verdict = test::run(
      "/usr/bin/python3 -W ignore -c \"import pydicom;from pydicom.sr.codedict import codes;d="
      "pydicom.dcmread('" +
      folder.write("map.dcm", writeParametricMap(molli(), map(), fixedContext()).bytes) +
      "');c=d.PerFrameFunctionalGroupsSequence[1].DerivationImageSequence[0]"
      ".DerivationCodeSequence;own=[s.CodingSchemeDesignator for s in "
      "d.CodingSchemeIdentificationSequence];print(len(c),c[0].CodeMeaning,"
      "c[0].CodingSchemeDesignator in own or c[0].CodeValue in [n.value for n in "
      "[getattr(codes.CID7203,k) for k in codes.CID7203.dir()]])\"");
  EXPECT_EQ(verdict.output, "1 Relaxation time fit True\n");
}

// Every seventh pixel is dark and has no T1: no number may be read there.
TEST(ParametricMap, MarksPixelsWithoutANumberAsPadding) {
  const test::TemporaryFolder folder;
  const test::Verdict verdict = test::run(
      "/usr/bin/python3 -W ignore -c \"import pydicom;d=pydicom.dcmread('" +
      folder.write("map.dcm", writeParametricMap(molli(), map(), fixedContext()).bytes) +
      "');s=d.SharedFunctionalGroupsSequence[0].RealWorldValueMappingSequence[0];"
      "print(d.FloatPixelPaddingValue,s.DoubleFloatRealWorldValueFirstValueMapped>700)\"");
  EXPECT_EQ(verdict.output, "0.0 True\n");
}

TEST(ParametricMap, RefusesWhatDoesNotFit) {
  EXPECT_THROW(writeParametricMap(molli(), {}, fixedContext()), InputError);
  QuantityMap wrong = map();
  wrong.planes[1].slice = 0;  // twice
  EXPECT_THROW(writeParametricMap(molli(), wrong, fixedContext()), InputError);
  wrong.planes[1].slice = 2;  // not there
  EXPECT_THROW(writeParametricMap(molli(), wrong, fixedContext()), InputError);
  SeriesStack unplaced = molli();
  unplaced.FrameOfReferenceUID.clear();
  EXPECT_THROW(writeParametricMap(unplaced, map(), fixedContext()), InputError);
}

}  // namespace
}  // namespace cmr
