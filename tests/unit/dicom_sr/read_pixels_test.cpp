#include <gtest/gtest.h>

#include <random>

#include "dicom_sr/read_series.h"
#include "tests/support/enhanced_mr.h"
#include "tests/support/jpeg2000_copy.h"
#include "tests/support/real_series.h"
#include "tests/support/small_image.h"

namespace cmr {
namespace {

std::vector<float> onlyPixels(const InstanceBytes& instance) {
  const ReadResult result = readInstances({instance});
  if (result.stacks.empty()) {
    ADD_FAILURE() << (result.verdicts.empty() ? "" : result.verdicts.front().reason);
    return {};
  }
  return result.stacks.front().stack.frames.front().pixels;
}

std::vector<std::int32_t> wholeNumbers(const std::vector<float>& pixels) {
  return {pixels.begin(), pixels.end()};
}

std::string onlyVerdict(const InstanceBytes& instance) {
  const ReadResult result = readInstances({instance});
  EXPECT_TRUE(result.stacks.empty());
  return result.verdicts.empty() ? "" : result.verdicts.front().id;
}

TEST(ReadPixels, DecodesJpeg2000ToTheSamePixels) {
  CMR_DEMO_SERIES(instances);
  const std::vector<float> original = onlyPixels(instances.front());
  const InstanceBytes copy = test::withCodestreams(
      instances.front(), {test::encodeJpeg2000(wholeNumbers(original), 256, 256, true)});
  ASSERT_LT(copy.bytes.size(), 256U * 256 * 2);
  EXPECT_EQ(onlyPixels(copy), original);
}

TEST(ReadPixels, BelievesTheHeaderOnTheSignOfJpeg2000Values) {
  CMR_DEMO_SERIES(instances);
  std::vector<std::int32_t> stored(256 * 256, 100);
  stored[7] = 65535;  // -1, written by an encoder that does not know of signs
  const InstanceBytes copy = test::withCodestreams(
      test::edited(instances.front(),
                   [](DcmDataset& d) { d.putAndInsertUint16(DCM_PixelRepresentation, 1); }),
      {test::encodeJpeg2000(stored, 256, 256, false)});
  const std::vector<float> pixels = onlyPixels(copy);
  EXPECT_EQ(pixels.at(6), 100);
  EXPECT_EQ(pixels.at(7), -1);
}

TEST(ReadPixels, RefusesAJpeg2000ImageOfAnotherSizeThanItsHeaderSays) {
  CMR_DEMO_SERIES(instances);
  const std::vector<std::int32_t> large(512 * 512, 9);
  EXPECT_EQ(onlyVerdict(test::withCodestreams(instances.front(),
                                              {test::encodeJpeg2000(large, 512, 512, true)})),
            "broken-pixels");
}

TEST(ReadPixels, SurvivesDamagedJpeg2000Data) {
  CMR_DEMO_SERIES(instances);
  const std::vector<Uint8> whole =
      test::encodeJpeg2000(wholeNumbers(onlyPixels(instances.front())), 256, 256, true);
  std::mt19937 rng(5);
  for (int i = 0; i < 40; ++i) {
    std::vector<Uint8> damaged = whole;
    for (int k = 0; k < 6; ++k) damaged[rng() % (i < 20 ? 200 : whole.size())] ^= rng() & 0xFF;
    readInstances({test::withCodestreams(instances.front(), {damaged})});
    damaged.assign(whole.begin(), whole.begin() + static_cast<long>(rng() % whole.size()));
    readInstances({test::withCodestreams(instances.front(), {damaged})});
  }
}

TEST(ReadPixels, DecodesEveryFrameOfACompressedMultiFrameInstance) {
  CMR_DEMO_SERIES(instances);
  const std::vector<InstanceBytes> two{instances.at(0), instances.at(1)};
  const InstanceBytes native = test::enhancedFrom(two, {1, 2}, true);
  std::vector<std::vector<Uint8>> codestreams;
  for (const InstanceBytes& one : two) {
    codestreams.push_back(test::encodeJpeg2000(wholeNumbers(onlyPixels(one)), 256, 256, true));
  }
  const ReadResult a = readInstances({native});
  const ReadResult b = readInstances({test::withCodestreams(native, codestreams)});
  ASSERT_EQ(a.stacks.size(), b.stacks.size());
  for (std::size_t s = 0; s < a.stacks.size(); ++s) {
    for (std::size_t i = 0; i < a.stacks[s].stack.frames.size(); ++i) {
      EXPECT_EQ(a.stacks[s].stack.frames[i].pixels, b.stacks[s].stack.frames[i].pixels);
    }
  }
  codestreams.pop_back();
  EXPECT_EQ(onlyVerdict(test::withCodestreams(native, codestreams)), "truncated-pixels");
}

// Two frames of 4 x 4 pixels, each cut into fragments.
struct Fragmented {
  InstanceBytes native;
  std::vector<std::vector<Uint8>> fragments;
  std::vector<Uint32> offsets;
};

Fragmented fragmented() {
  Fragmented result;
  test::SmallImage image;
  image.edit = [](DcmDataset& d) {
    d.putAndInsertString(DCM_SOPClassUID, UID_EnhancedMRImageStorage);
    d.putAndInsertString(DCM_NumberOfFrames, "2");
    for (int i = 0; i < 2; ++i) {
      DcmItem* groups = nullptr;
      d.findOrCreateSequenceItem(DCM_PerFrameFunctionalGroupsSequence, groups, i);
      const std::string place = "0\\0\\" + std::to_string(8 * i);
      test::group(*groups, DCM_PlanePositionSequence)
          .putAndInsertString(DCM_ImagePositionPatient, place.c_str());
      test::group(*groups, DCM_PlaneOrientationSequence)
          .putAndInsertString(DCM_ImageOrientationPatient, "1\\0\\0\\0\\1\\0");
      test::group(*groups, DCM_PixelMeasuresSequence).putAndInsertString(DCM_PixelSpacing, "1\\1");
    }
  };
  result.native = test::smallImage(image);
  Uint32 place = 0;
  for (const std::int32_t value : {11, 22}) {
    std::vector<Uint8> whole =
        test::encodeJpeg2000(std::vector<std::int32_t>(16, value), 4, 4, false);
    if (whole.size() % 2 != 0) whole.push_back(0);
    const long cut = static_cast<long>(whole.size() / 4 * 2);
    result.offsets.push_back(place);
    result.fragments.emplace_back(whole.begin(), whole.begin() + cut);
    result.fragments.emplace_back(whole.begin() + cut, whole.end());
    place += static_cast<Uint32>(whole.size()) + 16;
  }
  return result;
}

TEST(ReadPixels, PutsFramesOfSeveralFragmentsTogetherWithAndWithoutAnOffsetTable) {
  const Fragmented whole = fragmented();
  for (const auto& offsets : {whole.offsets, std::vector<Uint32>{}}) {
    const ReadResult result =
        readInstances({test::withCodestreams(whole.native, whole.fragments, offsets)});
    ASSERT_EQ(result.stacks.size(), 1U)
        << (result.verdicts.empty() ? "" : result.verdicts.front().reason);
    EXPECT_EQ(result.stacks[0].stack.frame(0, 0).pixels, std::vector<float>(16, 11));
    EXPECT_EQ(result.stacks[0].stack.frame(1, 0).pixels, std::vector<float>(16, 22));
  }
}

TEST(ReadPixels, RefusesFragmentsThatCannotBeToldApart) {
  const Fragmented whole = fragmented();
  for (const std::vector<Uint32>& offsets :
       {std::vector<Uint32>{0, whole.offsets[1] + 2}, std::vector<Uint32>{0, 0},
        std::vector<Uint32>{0}, std::vector<Uint32>{whole.offsets[1], 0}}) {
    EXPECT_EQ(onlyVerdict(test::withCodestreams(whole.native, whole.fragments, offsets)),
              "broken-pixels");
  }
  std::vector<std::vector<Uint8>> noBeginning = whole.fragments;
  noBeginning[2][0] = 0;  // where the second frame begins
  EXPECT_EQ(onlyVerdict(test::withCodestreams(whole.native, noBeginning)), "broken-pixels");
  EXPECT_EQ(onlyVerdict(test::withCodestreams(whole.native, noBeginning, whole.offsets)),
            "broken-pixels");
}

TEST(ReadPixels, ReadsEightBitImagesInImplicitAndBigEndianEncodings) {
  CMR_DEMO_SERIES(instances);
  for (const E_TransferSyntax syntax :
       {EXS_LittleEndianImplicit, EXS_LittleEndianExplicit, EXS_BigEndianExplicit}) {
    const InstanceBytes bytes = test::edited(
        instances.front(),
        [](DcmDataset& d) {
          std::vector<Uint8> cells(256 * 256, 0);
          for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = static_cast<Uint8>(i % 251);
          d.putAndInsertUint16(DCM_BitsAllocated, 8);
          d.putAndInsertUint16(DCM_BitsStored, 8);
          d.putAndInsertUint16(DCM_HighBit, 7);
          d.putAndInsertUint16(DCM_PixelRepresentation, 0);
          d.putAndInsertUint8Array(DCM_PixelData, cells.data(), cells.size());
        },
        syntax);
    const std::vector<float> pixels = onlyPixels(bytes);
    ASSERT_EQ(pixels.size(), 256U * 256) << syntax;
    EXPECT_EQ(pixels[250], 250) << syntax;
    EXPECT_EQ(pixels[256], 5) << syntax;
  }
  const std::vector<float> original = onlyPixels(instances.front());
  EXPECT_EQ(onlyPixels(test::edited(
                instances.front(), [](DcmDataset&) {}, EXS_BigEndianExplicit)),
            original);
}

TEST(ReadPixels, RefusesARescaleThatMakesNoValues) {
  CMR_DEMO_SERIES(instances);
  for (const char* slope : {"0", "1e300"}) {
    EXPECT_EQ(onlyVerdict(test::edited(
                  instances.front(),
                  [&](DcmDataset& d) { d.putAndInsertString(DCM_RescaleSlope, slope); })),
              "unsupported-pixels");
  }
}

}  // namespace
}  // namespace cmr
