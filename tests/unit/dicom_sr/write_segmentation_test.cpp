#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "analysis/errors.h"
#include "dicom_sr/lab_color.h"
#include "dicom_sr/read_series.h"
#include "dicom_sr/writers.h"
#include "tests/support/dicom_edit.h"
#include "tests/support/judge.h"
#include "tests/support/real_series.h"
#include "tests/support/synthetic_analysis.h"

namespace cmr {
namespace {

using test::circlesOn;
using test::fixedContext;
using testing::Test;

const std::string demoFolder = std::string(CMR_DEMO_DATA) + "/SCD0000301";

SeriesStack demoStack() {
  const ReadResult result = readFolder(demoFolder);
  if (result.stacks.size() != 1) throw std::runtime_error("the demo series does not read");
  return result.stacks.front();
}

void expectPythonAgrees(const ProducedObject& object, const std::string& sources,
                        const std::string& figures) {
  const test::TemporaryFolder folder;
  const std::string file = folder.write("seg.dcm", object.bytes);
  const test::Verdict verdict =
      test::run("/usr/bin/python3 -W ignore '" CMR_TEST_SUPPORT "/check_segmentation.py' '" + file +
                "' '" + sources + "'");
  EXPECT_EQ(verdict.status, 0) << verdict.output;
  EXPECT_NE(verdict.output.find(figures), std::string::npos) << verdict.output;
}

void expectDciodvfyAgrees(const ProducedObject& object, const SeriesStack& source) {
  for (const std::string& error : test::dciodvfyErrors(object, source)) ADD_FAILURE() << error;
}

TEST(WriteSegmentation, GivesSixSegmentsOverAllSlicesThatDciodvfyAndPydicomAccept) {
  const SeriesStack source = demoStack();
  const auto objects = writeSegmentation(source, circlesOn(source), fixedContext());
  ASSERT_EQ(objects.size(), 1U);
  expectDciodvfyAgrees(objects[0], source);
  expectPythonAgrees(objects[0], demoFolder, "frames 60 segments 6 images 20");
}

TEST(WriteWholeCineSegmentation, HasAFrameForEveryStructureSliceAndPhaseOnItsImage) {
  const SeriesStack source = demoStack();
  const SaxAnalysis analysis = circlesOn(source);
  const auto objects = writeWholeCineSegmentation(source, analysis, fixedContext());
  ASSERT_EQ(objects.size(), 1U);
  expectDciodvfyAgrees(objects[0], source);
  const auto& labels = analysis.labels.labels;
  const auto labelled =
      labels.size() - static_cast<std::size_t>(std::count(labels.begin(), labels.end(), 0));
  const test::TemporaryFolder folder;
  const test::Verdict verdict = test::run(
      "/usr/bin/python3 -W ignore -c \"import pydicom;d=pydicom.dcmread('" +
      folder.write("cine.dcm", objects[0].bytes) +
      "');f=d.PerFrameFunctionalGroupsSequence;n=[x.FrameContentSequence[0] for x in f];"
      "i=[(x.SegmentIdentificationSequence[0].ReferencedSegmentNumber,x.DerivationImageSequence[0]."
      "SourceImageSequence[0].ReferencedSOPInstanceUID) for x in f];"
      "print(len(f),len(d.SegmentSequence),len(set(map(lambda c:tuple(c.DimensionIndexValues),n))),"
      "len(set(i)),max(c.TemporalPositionIndex for c in n),int(d.pixel_array.sum()))\"");
  EXPECT_EQ(verdict.output, "600 3 600 600 20 " + std::to_string(labelled) + "\n");
}

TEST(WriteWholeCineSegmentation, IsASeriesOfItsOwnAndNothingWithoutAReleasedStructure) {
  const SeriesStack source = demoStack();
  SaxAnalysis analysis = circlesOn(source);
  const auto keyPhases = writeSegmentation(source, analysis, fixedContext());
  const auto whole = writeWholeCineSegmentation(source, analysis, fixedContext());
  EXPECT_NE(whole[0].SOPInstanceUID, keyPhases[0].SOPInstanceUID);
  EXPECT_NE(whole[0].SeriesInstanceUID, keyPhases[0].SeriesInstanceUID);
  EXPECT_EQ(whole[0].kind, ObjectKind::wholeCine);
  analysis.package.release = {"", "off", "off", "off"};
  EXPECT_TRUE(writeWholeCineSegmentation(source, analysis, fixedContext()).empty());
}

TEST(WriteSegmentation, WritesTheBitsOfEveryLabelAndNoOthers) {
  const SeriesStack source = demoStack();
  const SaxAnalysis analysis = circlesOn(source);
  const auto objects = writeSegmentation(source, analysis, fixedContext());
  const test::TemporaryFolder folder;
  const test::Verdict verdict =
      test::run("/usr/bin/python3 -W ignore '" CMR_TEST_SUPPORT "/check_segmentation.py' '" +
                folder.write("seg.dcm", objects.at(0).bytes) + "' '" + demoFolder + "'");
  const auto pixelsOf = [&](Structure structure, int phase) {
    std::size_t count = 0;
    for (int slice = 0; slice < analysis.labels.sliceCount; ++slice) {
      const auto frame = analysis.labels.frame(slice, phase);
      count += static_cast<std::size_t>(
          std::count(frame.begin(), frame.end(), static_cast<std::uint8_t>(structure)));
    }
    return " pixels " + std::to_string(count) + "\n";
  };
  const std::vector<std::pair<std::string, std::string>> wanted = {
      {"LV cavity ED", pixelsOf(Structure::lvCavity, analysis.endDiastolePhase)},
      {"LV myocardium ED", pixelsOf(Structure::lvMyocardium, analysis.endDiastolePhase)},
      {"RV cavity ED", pixelsOf(Structure::rvCavity, analysis.endDiastolePhase)},
      {"LV cavity ES", pixelsOf(Structure::lvCavity, analysis.endSystolePhase)},
      {"LV myocardium ES", pixelsOf(Structure::lvMyocardium, analysis.endSystolePhase)},
      {"RV cavity ES", pixelsOf(Structure::rvCavity, analysis.endSystolePhase)}};
  for (const auto& [label, pixels] : wanted) {
    const std::size_t at = verdict.output.find("segment " + label);
    ASSERT_NE(at, std::string::npos) << verdict.output;
    const std::size_t end = verdict.output.find('\n', at);
    EXPECT_NE(verdict.output.substr(at, end + 1 - at).find(pixels), std::string::npos)
        << verdict.output << " wanted " << label << pixels;
  }
}

TEST(WriteSegmentation, GivesTheSameBytesTwice) {
  const SeriesStack source = demoStack();
  const SaxAnalysis analysis = circlesOn(source);
  const auto first = writeSegmentation(source, analysis, fixedContext());
  const auto second = writeSegmentation(source, analysis, fixedContext());
  ASSERT_EQ(first.size(), second.size());
  for (std::size_t i = 0; i < first.size(); ++i) EXPECT_EQ(first[i].bytes, second[i].bytes);
}

TEST(WriteSegmentation, CopiesThePatientByteForByteAndEmptiesWhatDicomForbids) {
  const SeriesStack source = demoStack();
  const auto objects = writeSegmentation(source, circlesOn(source), fixedContext());
  DcmFileFormat file;
  test::parse(objects.at(0).bytes, file);
  OFString value;
  file.getDataset()->findAndGetOFString(DCM_PatientID, value);
  EXPECT_EQ(value, "SCD0000301");
  file.getDataset()->findAndGetOFString(DCM_StudyInstanceUID, value);
  EXPECT_EQ(value, source.StudyInstanceUID.c_str());
  EXPECT_TRUE(file.getDataset()->tagExists(DCM_StudyDate));
  EXPECT_FALSE(file.getDataset()->tagExistsWithValue(DCM_StudyDate));  // "20120000"
  const auto& notes = objects.at(0).notes;
  EXPECT_TRUE(std::any_of(notes.begin(), notes.end(), [](const std::string& note) {
    return note.find("StudyDate") != std::string::npos &&
           note.find("20120000") != std::string::npos;
  }));
}

TEST(WriteSegmentation, QuotesInvalidIdentifiersOfTheSourceVerbatim) {
  CMR_REAL_SERIES(instances, "sunnybrook-dicom/SCD0000101");
  const ReadResult result = readInstances(instances);
  ASSERT_EQ(result.stacks.size(), 1U);
  const SeriesStack& source = result.stacks.front();
  const auto objects = writeSegmentation(source, circlesOn(source), fixedContext());
  ASSERT_EQ(objects.size(), 1U);
  expectDciodvfyAgrees(objects[0], source);
  expectPythonAgrees(objects[0], std::string(CMR_SHARED_DATA) + "/sunnybrook-dicom/SCD0000101",
                     "frames 72 segments 6 images 24");
}

TEST(WriteSegmentation, KeepsASegmentWithoutPixelsWhenAStructureIsAbsent) {
  const SeriesStack source = demoStack();
  SaxAnalysis analysis = circlesOn(source);
  for (std::uint8_t& label : analysis.labels.labels) {
    if (label == static_cast<std::uint8_t>(Structure::rvCavity)) label = 0;
  }
  const auto objects = writeSegmentation(source, analysis, fixedContext());
  expectDciodvfyAgrees(objects.at(0), source);
  expectPythonAgrees(objects.at(0), demoFolder, "frames 60 segments 6 images 20");
  EXPECT_NE(objects.at(0).bytes.find("Looked for, not found."), std::string::npos);
}

TEST(WriteSegmentation, LeavesOutWhatThePackageDoesNotRelease) {
  const SeriesStack source = demoStack();
  SaxAnalysis analysis = circlesOn(source);
  analysis.package.release[3] = "off";
  const auto objects = writeSegmentation(source, analysis, fixedContext());
  expectPythonAgrees(objects.at(0), demoFolder, "frames 40 segments 4 images 20");
  EXPECT_EQ(objects.at(0).bytes.find("RV cavity"), std::string::npos);
  analysis.package.release = {};
  EXPECT_TRUE(writeSegmentation(source, analysis, fixedContext()).empty());
}

TEST(WriteSegmentation, SaysWhatThePackageReleasesWithAReservation) {
  const SeriesStack source = demoStack();
  const auto objects = writeSegmentation(source, circlesOn(source), fixedContext());
  EXPECT_NE(objects.at(0).bytes.find("with a reservation (evidence: phantom)"), std::string::npos);
}

// Siemens often stores a short-axis cine as one series per slice.
TEST(WriteSegmentation, GivesOneObjectPerSourceSeriesWithItsOwnReferences) {
  CMR_DEMO_SERIES(instances);
  const SeriesStack original = demoStack();
  std::vector<InstanceBytes> split;
  const test::TemporaryFolder folder;
  for (const InstanceBytes& instance : instances) {
    const int number = std::stoi(instance.name);
    if (number % 20 != 1 && number % 20 != 8) continue;  // two phases are enough, and quick
    split.push_back(test::edited(instance, [](DcmDataset& dataset) {
      OFString position;
      dataset.findAndGetOFStringArray(DCM_ImagePositionPatient, position);
      unsigned hash = 0;
      for (const char c : position) hash = hash * 31 + static_cast<unsigned char>(c);
      dataset.putAndInsertString(DCM_SeriesInstanceUID,
                                 ("1.2.826.0.1." + std::to_string(hash)).c_str());
      dataset.putAndInsertString(DCM_FrameOfReferenceUID, "1.2.826.0.2");
    }));
    folder.write(instance.name, split.back().bytes);
  }
  const ReadResult result = readInstances(split);
  ASSERT_EQ(result.stacks.size(), 1U);
  const SeriesStack& source = result.stacks.front();
  const auto objects = writeSegmentation(source, circlesOn(source), fixedContext());
  ASSERT_EQ(objects.size(), 10U);
  std::set<std::string> uids;
  for (const ProducedObject& object : objects) {
    expectPythonAgrees(object, folder.path(), "frames 6 segments 6 images 2");
    EXPECT_TRUE(uids.insert(object.SOPInstanceUID).second);
    EXPECT_TRUE(uids.insert(object.SeriesInstanceUID).second);
  }
  expectDciodvfyAgrees(objects.front(), source);
}

TEST(WriteSegmentation, IsRecognisedAsOurOwnAndRefusedAsInput) {
  const SeriesStack source = demoStack();
  const auto objects = writeSegmentation(source, circlesOn(source), fixedContext());
  DcmFileFormat file;
  test::parse(objects.at(0).bytes, file);
  EXPECT_TRUE(isOwnOutput(*file.getDataset()));
  EXPECT_FALSE(isOwnOutput(*source.header));
  const ReadResult again = readInstances({{"seg.dcm", objects.at(0).bytes}});
  ASSERT_EQ(again.verdicts.size(), 1U);
  EXPECT_EQ(again.verdicts.front().id, "own-output");
}

TEST(WriteSegmentation, RefusesAnAnalysisOfAnotherSeries) {
  const SeriesStack source = demoStack();
  SaxAnalysis analysis = circlesOn(source);
  analysis.endSystolePhase = source.stack.phaseCount;
  EXPECT_THROW(writeSegmentation(source, analysis, fixedContext()), InputError);
  analysis = circlesOn(source);
  analysis.labels = LabelStack(10, 10, source.stack.sliceCount, source.stack.phaseCount);
  EXPECT_THROW(writeSegmentation(source, analysis, fixedContext()), InputError);
  OutputContext context = fixedContext();
  context.dateTime = "20240230000000";
  EXPECT_THROW(writeSegmentation(source, circlesOn(source), context), InputError);
}

TEST(LabColor, MatchesKnownColoursOfTheIccProfile) {
  const auto white = dicomLabOf({255, 255, 255});
  EXPECT_EQ(white[0], 65535);
  EXPECT_NEAR(white[1], 32896, 10);  // a* = 0
  EXPECT_NEAR(white[2], 32896, 10);
  // sRGB red in D50: L* 54.29, a* 80.81, b* 69.89 (ICC sRGB v2).
  const auto red = dicomLabOf({255, 0, 0});
  EXPECT_NEAR(red[0] / 655.35, 54.29, 0.05);
  EXPECT_NEAR(red[1] / 257.0 - 128, 80.81, 0.1);
  EXPECT_NEAR(red[2] / 257.0 - 128, 69.89, 0.1);
}

}  // namespace
}  // namespace cmr
