#include "dicom_sr/read_series.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcrleerg.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmjpeg/djencode.h>
#include <dcmtk/dcmjpls/djencode.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <random>

#include "analysis/program.h"
#include "tests/support/dicom_edit.h"
#include "tests/support/real_series.h"
#include "tests/support/small_image.h"

namespace cmr {
namespace {

using test::edited;

constexpr const char* pig = "pig-cine/E774S5-shortAxis";

bool hasVerdict(const ReadResult& result, const std::string& id) {
  return std::any_of(result.verdicts.begin(), result.verdicts.end(),
                     [&](const Verdict& v) { return v.id == id; });
}

// Ten slices of two phases: enough of the real series for what follows, and quick.
std::vector<InstanceBytes> twoPhases(const std::vector<InstanceBytes>& all) {
  std::vector<InstanceBytes> some;
  for (const InstanceBytes& instance : all) {
    const int number = std::stoi(instance.name);
    if (number % 20 == 1 || number % 20 == 8) some.push_back(instance);
  }
  return some;
}

TEST(ReadSeries, ReadsAHumanSeriesAsAFullGridOrderedByTriggerTime) {
  CMR_DEMO_SERIES(instances);
  const ReadResult result = readInstances(instances);
  EXPECT_TRUE(result.verdicts.empty());
  ASSERT_EQ(result.stacks.size(), 1U);
  const SeriesStack& series = result.stacks.front();
  EXPECT_EQ(series.stack.sliceCount, 10);
  EXPECT_EQ(series.stack.phaseCount, 20);
  EXPECT_EQ(series.phaseOrderKey, "TriggerTime");
  EXPECT_EQ(series.StudyInstanceUID, "2.16.124.113543.6006.99.7287180431222654512");
  for (const double d : sliceDistancesMm(series.stack)) EXPECT_NEAR(d, 8, 0.01);
  EXPECT_NEAR(series.stack.planes.front().rowSpacingMm, 1.2891, 1e-9);
  EXPECT_EQ(series.stack.rrIntervalMs, 923);
  for (int slice = 0; slice < 10; ++slice) {
    for (int phase = 1; phase < 20; ++phase) {
      EXPECT_GT(*series.stack.frame(slice, phase).timing.triggerTimeMs,
                *series.stack.frame(slice, phase - 1).timing.triggerTimeMs);
    }
  }
}

TEST(ReadSeries, ReadsThePigsSeriesOfTwentySlices) {
  CMR_REAL_SERIES(instances, pig);
  const ReadResult result = readInstances(instances);
  ASSERT_EQ(result.stacks.size(), 1U);
  EXPECT_EQ(result.stacks.front().stack.sliceCount, 20);
  EXPECT_EQ(result.stacks.front().stack.phaseCount, 20);
  EXPECT_NEAR(sliceDistancesMm(result.stacks.front().stack).front(), 5, 0.01);
  EXPECT_EQ(result.stacks.front().stack.patient.weightKg, 32);
  EXPECT_FALSE(result.stacks.front().stack.patient.ageYears);  // "000Y" is no age
}

TEST(ReadSeries, KeepsAHeightInCentimetresAsRefused) {
  CMR_DEMO_SERIES(instances);
  std::vector<InstanceBytes> changed;
  for (const InstanceBytes& instance : twoPhases(instances)) {
    changed.push_back(edited(instance, [](DcmDataset& d) {
      d.putAndInsertString(DCM_PatientSize, "178");
      d.putAndInsertString(DCM_PatientWeight, "82");
    }));
  }
  const ReadResult result = readInstances(changed);
  ASSERT_EQ(result.stacks.size(), 1U);
  const PatientFacts& patient = result.stacks.front().stack.patient;
  EXPECT_FALSE(patient.heightM);
  EXPECT_EQ(patient.refusedHeightM, 178);
  EXPECT_EQ(patient.weightKg, 82);
  EXPECT_FALSE(patient.refusedWeightKg);
}

TEST(ReadSeries, GivesTheSameStackWhateverTheOrderOfTheFiles) {
  CMR_DEMO_SERIES(instances);
  std::vector<InstanceBytes> shuffled = twoPhases(instances);
  const ReadResult first = readInstances(shuffled);
  std::shuffle(shuffled.begin(), shuffled.end(), std::mt19937(7));
  const ReadResult second = readInstances(shuffled);
  ASSERT_EQ(first.stacks.size(), 1U);
  ASSERT_EQ(second.stacks.size(), 1U);
  for (std::size_t i = 0; i < first.stacks[0].sources.size(); ++i) {
    EXPECT_EQ(first.stacks[0].sources[i].SOPInstanceUID,
              second.stacks[0].sources[i].SOPInstanceUID);
    EXPECT_EQ(first.stacks[0].stack.frames[i].pixels, second.stacks[0].stack.frames[i].pixels);
  }
}

TEST(ReadSeries, PixelsAndPatientPositionsMapOntoEachOther) {
  CMR_DEMO_SERIES(instances);
  const ReadResult result = readInstances(twoPhases(instances));
  for (const PlaneGeometry& plane : result.stacks.at(0).stack.planes) {
    for (const auto& [column, row] : {std::pair{0.0, 0.0}, {255.0, 3.5}, {17.25, 200.0}}) {
      const PixelPosition back = patientToPixel(plane, pixelToPatient(plane, column, row));
      EXPECT_NEAR(back.column, column, 1e-9);
      EXPECT_NEAR(back.row, row, 1e-9);
      EXPECT_NEAR(back.offPlaneMm, 0, 1e-9);
    }
  }
}

TEST(ReadSeries, RefusesAStackThatLacksAPhase) {
  CMR_DEMO_SERIES(instances);
  std::vector<InstanceBytes> some = twoPhases(instances);
  some.pop_back();
  const ReadResult result = readInstances(some);
  EXPECT_TRUE(result.stacks.empty());
  EXPECT_TRUE(hasVerdict(result, "missing-phases"));
}

TEST(ReadSeries, RefusesASlicePositionThatWasTakenTwice) {
  CMR_DEMO_SERIES(instances);
  std::vector<InstanceBytes> some = twoPhases(instances);
  some.push_back(edited(
      some.front(), [](DcmDataset& d) { d.putAndInsertString(DCM_SOPInstanceUID, "1.2.3.4"); }));
  const ReadResult result = readInstances(some);
  EXPECT_TRUE(result.stacks.empty());
  EXPECT_TRUE(hasVerdict(result, "duplicate-positions"));
}

TEST(ReadSeries, TakesTheSameFileTwiceAsOne) {
  CMR_DEMO_SERIES(instances);
  std::vector<InstanceBytes> some = twoPhases(instances);
  some.push_back(some.front());
  const ReadResult result = readInstances(some);
  EXPECT_EQ(result.stacks.size(), 1U);
  EXPECT_TRUE(result.verdicts.empty());
}

TEST(ReadSeries, JoinsOneSeriesPerSliceIntoOneStack) {
  CMR_DEMO_SERIES(instances);
  std::vector<InstanceBytes> split;
  for (const InstanceBytes& instance : twoPhases(instances)) {
    const std::string slice = std::to_string((std::stoi(instance.name) - 1) / 20);
    split.push_back(edited(instance, [&](DcmDataset& d) {
      d.putAndInsertString(DCM_FrameOfReferenceUID, "1.2.3");
      d.putAndInsertString(DCM_SeriesInstanceUID, ("1.2.3." + slice).c_str());
      d.putAndInsertString(DCM_SeriesDescription, ("cine_sax_b" + slice).c_str());
    }));
  }
  const ReadResult result = readInstances(split);
  ASSERT_EQ(result.stacks.size(), 1U);
  EXPECT_EQ(result.stacks[0].stack.sliceCount, 10);
  EXPECT_EQ(result.stacks[0].SeriesInstanceUIDs.size(), 10U);
}

TEST(ReadSeries, OrdersPhasesByInstanceNumberWhenNothingElseIsThere) {
  CMR_DEMO_SERIES(instances);
  std::vector<InstanceBytes> bare;
  for (const InstanceBytes& instance : twoPhases(instances)) {
    bare.push_back(edited(instance, [](DcmDataset& d) {
      for (const DcmTagKey& tag : {DCM_TriggerTime, DCM_AcquisitionTime, DCM_AcquisitionNumber}) {
        delete d.remove(tag);
      }
    }));
  }
  const ReadResult result = readInstances(bare);
  ASSERT_EQ(result.stacks.size(), 1U);
  EXPECT_EQ(result.stacks[0].phaseOrderKey, "InstanceNumber");
}

TEST(ReadSeries, SplitsALocalizerIntoItsOrientations) {
  CMR_REAL_SERIES(instances, "scouts");
  const ReadResult result = readInstances(instances);
  EXPECT_GT(result.stacks.size() + result.verdicts.size(), 2U);
  for (const SeriesStack& series : result.stacks) {
    for (const PlaneGeometry& plane : series.stack.planes) {
      EXPECT_GT(dot(planeNormal(plane), planeNormal(series.stack.planes.front())), 0.999);
    }
  }
}

TEST(ReadSeries, NamesTheImagesOfAnotherOrientationAndReadsTheLargestPart) {
  std::vector<InstanceBytes> instances;
  int number = 0;
  for (int slice = 0; slice < 4; ++slice) {
    for (int phase = 0; phase < 3; ++phase) {
      test::SmallImage image{slice, phase, ++number};
      image.edit = [&](DcmDataset& d) {
        if (slice == 3) d.putAndInsertString(DCM_ImageOrientationPatient, "1\\0\\0\\0\\0\\-1");
      };
      instances.push_back(test::smallImage(image));
    }
  }
  const ReadResult result = readInstances(instances);
  ASSERT_EQ(result.stacks.size(), 2U);
  EXPECT_EQ(result.stacks[0].stack.sliceCount, 3);
  ASSERT_EQ(result.verdicts.size(), 1U);
  EXPECT_EQ(result.verdicts[0].id, "mixed-orientations");
  EXPECT_NE(result.verdicts[0].reason.find("2 orientations: 9 images"), std::string::npos);
  EXPECT_EQ(result.verdicts[0].instances.size(), 3U);
}

TEST(ReadSeries, NamesWhatIsNoMrImageAndReadsTheRest) {
  CMR_DEMO_SERIES(instances);
  std::vector<InstanceBytes> mixed = twoPhases(instances);
  mixed.push_back({"letter.txt", "Dear colleague"});
  mixed.push_back(edited(mixed.front(), [](DcmDataset& d) {
    d.putAndInsertString(DCM_SOPInstanceUID, "1.2.3.5");
    d.putAndInsertString(DCM_SOPClassUID, UID_CTImageStorage);
  }));
  mixed.push_back(edited(mixed.front(), [](DcmDataset& d) {
    d.putAndInsertString(DCM_SOPInstanceUID, "1.2.3.6");
    d.putAndInsertString(DCM_ManufacturerModelName, programName);
  }));
  const ReadResult result = readInstances(mixed);
  EXPECT_EQ(result.stacks.size(), 1U);
  EXPECT_TRUE(hasVerdict(result, "not-dicom"));
  EXPECT_TRUE(hasVerdict(result, "not-mr"));
  EXPECT_TRUE(hasVerdict(result, "own-output"));
}

TEST(ReadSeries, RefusesAbsurdDimensionsBeforeItAllocates) {
  CMR_DEMO_SERIES(instances);
  const InstanceBytes absurd = edited(instances.front(), [](DcmDataset& d) {
    d.putAndInsertUint16(DCM_Rows, 65535);
    d.putAndInsertUint16(DCM_Columns, 65535);
  });
  EXPECT_TRUE(hasVerdict(readInstances({absurd}), "absurd-dimensions"));
  const InstanceBytes tall =
      edited(instances.front(), [](DcmDataset& d) { d.putAndInsertUint16(DCM_Rows, 4000); });
  EXPECT_TRUE(hasVerdict(readInstances({tall}), "truncated-pixels"));
}

TEST(ReadSeries, SaysSoWhenThereIsNothing) {
  EXPECT_TRUE(hasVerdict(readInstances({}), "empty"));
  EXPECT_TRUE(hasVerdict(readFolder("/nonexistent"), "empty-folder"));
}

TEST(ReadSeries, ReadsTheRestOfAFolderThatHoldsADanglingLinkAndAnEmptyFile) {
  CMR_DEMO_SERIES(instances);
  const auto folder = std::filesystem::path(testing::TempDir()) / "folder_with_dangling_link";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder / "below");
  std::filesystem::create_symlink("nowhere", folder / "a_link");
  std::filesystem::create_directory_symlink(folder, folder / "below" / "circle");
  std::ofstream(folder / "empty").close();
  for (const InstanceBytes& instance : twoPhases(instances)) {
    std::ofstream(folder / "below" / instance.name, std::ios::binary) << instance.bytes;
  }
  const ReadResult result = readFolder(folder.string());
  ASSERT_EQ(result.stacks.size(), 1U);
  EXPECT_EQ(result.stacks[0].stack.sliceCount, 10);
  EXPECT_TRUE(hasVerdict(result, "unreadable"));
  EXPECT_TRUE(hasVerdict(result, "not-dicom"));
  std::filesystem::remove_all(folder);
}

TEST(ReadSeries, CallsItAMissingPhaseWhenOneOfTwoSlicesIsShorter) {
  CMR_DEMO_SERIES(instances);
  std::vector<InstanceBytes> some;
  for (const InstanceBytes& instance : instances) {
    if (std::stoi(instance.name) < 40) some.push_back(instance);
  }
  EXPECT_TRUE(hasVerdict(readInstances(some), "missing-phases"));
}

TEST(ReadSeries, TakesOneImageThatNothingOrders) {
  CMR_DEMO_SERIES(instances);
  const InstanceBytes bare = edited(instances.front(), [](DcmDataset& d) {
    for (const DcmTagKey& tag : {DCM_TriggerTime, DCM_AcquisitionTime, DCM_ContentTime,
                                 DCM_AcquisitionNumber, DCM_InstanceNumber}) {
      delete d.remove(tag);
    }
  });
  EXPECT_EQ(readInstances({bare}).stacks.size(), 1U);
}

TEST(ReadSeries, RefusesAPositionThatIsADamagedNumber) {
  CMR_DEMO_SERIES(instances);
  const InstanceBytes far = edited(instances.front(), [](DcmDataset& d) {
    d.putAndInsertString(DCM_ImagePositionPatient, "1e308\\-1e308\\1e308");
  });
  EXPECT_TRUE(hasVerdict(readInstances({far}), "missing-geometry"));
}

TEST(ReadSeries, QuotesDecimalStringsWithTheirSpaces) {
  CMR_DEMO_SERIES(instances);
  const InstanceBytes spaced = edited(instances.front(), [](DcmDataset& d) {
    d.putAndInsertString(DCM_ImagePositionPatient, "-12.50 \\ 3.0\\+4");
  });
  const ReadResult result = readInstances({spaced});
  ASSERT_EQ(result.stacks.size(), 1U);
  EXPECT_EQ(result.stacks[0].sources[0].ImagePositionPatient, "-12.50 \\ 3.0\\+4");
  EXPECT_EQ(result.stacks[0].stack.planes[0].originMm.y, 3);
}

TEST(ReadSeries, KeepsASliceThatWasTakenAgainApartAndSaysSo) {
  CMR_DEMO_SERIES(instances);
  std::vector<InstanceBytes> split;
  const auto asSeries = [](const InstanceBytes& instance, const std::string& series) {
    return edited(instance, [&](DcmDataset& d) {
      d.putAndInsertString(DCM_FrameOfReferenceUID, "1.2.3");
      d.putAndInsertString(DCM_SeriesInstanceUID, ("1.2.3." + series).c_str());
      d.putAndInsertString(DCM_SOPInstanceUID, ("1.2." + series + "." + instance.name).c_str());
      d.putAndInsertString(DCM_SeriesDescription, ("cine_sax_b" + series).c_str());
    });
  };
  for (const InstanceBytes& instance : twoPhases(instances)) {
    const int slice = (std::stoi(instance.name) - 1) / 20;
    split.push_back(asSeries(instance, std::to_string(slice)));
    if (slice == 4) split.push_back(asSeries(instance, "99"));
  }
  const ReadResult result = readInstances(split);
  ASSERT_EQ(result.stacks.size(), 2U);
  EXPECT_EQ(result.stacks[0].stack.sliceCount, 10);
  EXPECT_EQ(result.stacks[1].stack.sliceCount, 1);
  for (const SeriesStack& series : result.stacks) {
    EXPECT_TRUE(std::any_of(series.notes.begin(), series.notes.end(), [](const std::string& n) {
      return n.find("1.2.3.99") != std::string::npos;
    }));
  }
}

TEST(ReadSeries, SurvivesFilesCutAndChangedAnywhere) {
  CMR_DEMO_SERIES(instances);
  const std::string whole = edited(instances.front(), [](DcmDataset&) {}).bytes;
  std::mt19937 rng(11);
  for (int i = 0; i < 60; ++i) {
    std::string cut = whole.substr(0, rng() % whole.size());
    EXPECT_FALSE(readInstances({{"cut", cut}}).verdicts.empty()) << cut.size();
    std::string changed = whole;
    for (int k = 0; k < 8; ++k) changed[rng() % 3000] = static_cast<char>(rng());
    readInstances({{"changed", changed}});  // any verdict, no crash
  }
}

// 100 is stored in each pixel of 12 bits without sign; slope 2, intercept -10.
InstanceBytes monochrome1(test::SmallImage image) {
  const auto edit = image.edit;
  image.edit = [edit](DcmDataset& d) {
    d.putAndInsertString(DCM_PhotometricInterpretation, "MONOCHROME1");
    d.putAndInsertString(DCM_RescaleSlope, "2");
    d.putAndInsertString(DCM_RescaleIntercept, "-10");
    edit(d);
  };
  return test::smallImage(image);
}

TEST(ReadSeries, TakesAMonochrome1CineAsItLooks) {
  const ReadResult result = readInstances({monochrome1({0, 0, 1}), monochrome1({0, 1, 2})});
  ASSERT_EQ(result.stacks.size(), 1U);
  EXPECT_EQ(result.stacks[0].stack.frame(0, 1).pixels,
            std::vector<float>(16, (4095 - 100) * 2 - 10));
  EXPECT_FALSE(result.stacks[0].notes.empty());
  const ReadResult asSigned = readInstances(
      {monochrome1({0, 0, 1, 100, "", "1.2",
                    [](DcmDataset& d) { d.putAndInsertUint16(DCM_PixelRepresentation, 1); }}),
       monochrome1({0, 1, 2, 100, "", "1.2",
                    [](DcmDataset& d) { d.putAndInsertUint16(DCM_PixelRepresentation, 1); }})});
  EXPECT_EQ(asSigned.stacks.at(0).stack.frame(0, 1).pixels,
            std::vector<float>(16, (-1 - 100) * 2 - 10));
}

TEST(ReadSeries, KeepsTheNumbersOfMonochrome1MapsStillsAndInversionImages) {
  const std::vector<float> stored(16, 100 * 2 - 10);
  const ReadResult still = readInstances({monochrome1({0, 0, 1}), monochrome1({1, 0, 2})});
  EXPECT_EQ(still.stacks.at(0).stack.frame(1, 0).pixels, stored);
  EXPECT_FALSE(still.stacks.at(0).notes.empty());
  const auto inverted = [](const char* time) {
    return [time](DcmDataset& d) { d.putAndInsertString(DCM_InversionTime, time); };
  };
  const ReadResult inversions =
      readInstances({monochrome1({0, 0, 1, 100, "", "1.2", inverted("100")}),
                     monochrome1({0, 1, 2, 100, "", "1.2", inverted("180")})});
  EXPECT_EQ(inversions.stacks.at(0).stack.frame(0, 1).pixels, stored);
  const ReadResult maps =
      readInstances({monochrome1({0, 0, 1, 100, "T1 MAP"}), monochrome1({0, 1, 2, 100, "T1 MAP"})});
  EXPECT_EQ(maps.stacks.at(0).stack.frame(0, 1).pixels, stored);
}

TEST(ReadSeries, AppliesSignBitsStoredAndRescale) {
  CMR_DEMO_SERIES(instances);
  const InstanceBytes changed = edited(instances.front(), [](DcmDataset& d) {
    std::vector<Uint16> cells(256 * 256, 0);
    cells[0] = 0xFFFF;  // above bit 11: not image
    cells[1] = 0x0800;  // the sign
    cells[2] = 0x0007;
    d.putAndInsertUint16(DCM_BitsStored, 12);
    d.putAndInsertUint16(DCM_HighBit, 11);
    d.putAndInsertUint16(DCM_PixelRepresentation, 1);
    d.putAndInsertString(DCM_RescaleSlope, "2");
    d.putAndInsertString(DCM_RescaleIntercept, "-10");
    d.putAndInsertUint16Array(DCM_PixelData, cells.data(), cells.size());
  });
  const std::vector<float> pixels = readInstances({changed}).stacks.at(0).stack.frames.at(0).pixels;
  EXPECT_EQ(pixels[0], -12);
  EXPECT_EQ(pixels[1], -2048 * 2 - 10);
  EXPECT_EQ(pixels[2], 4);
}

class Compressed : public testing::TestWithParam<E_TransferSyntax> {};

TEST_P(Compressed, ImagesDecodeToTheSamePixels) {
  CMR_DEMO_SERIES(instances);
  DJEncoderRegistration::registerCodecs();
  DJLSEncoderRegistration::registerCodecs();
  DcmRLEEncoderRegistration::registerCodecs();
  const InstanceBytes compressed = edited(
      instances.front(),
      [](DcmDataset& d) { ASSERT_TRUE(d.chooseRepresentation(GetParam(), nullptr).good()); },
      GetParam());
  ASSERT_LT(compressed.bytes.size(), 256U * 256 * 2);
  EXPECT_EQ(readInstances({compressed}).stacks.at(0).stack.frames.at(0).pixels,
            readInstances({instances.front()}).stacks.at(0).stack.frames.at(0).pixels);
}

INSTANTIATE_TEST_SUITE_P(Losslessly, Compressed,
                         testing::Values(EXS_JPEGProcess14SV1, EXS_JPEGLSLossless,
                                         EXS_RLELossless));

}  // namespace
}  // namespace cmr
