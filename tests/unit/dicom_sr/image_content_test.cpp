#include "dicom_sr/image_content.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "dicom_sr/read_series.h"
#include "tests/support/small_image.h"

namespace cmr {
namespace {

using test::smallImage;

constexpr int slices = 3;
constexpr int phases = 4;

const Verdict* verdictOf(const ReadResult& result, const std::string& id) {
  const auto found = std::find_if(result.verdicts.begin(), result.verdicts.end(),
                                  [&](const Verdict& v) { return v.id == id; });
  return found == result.verdicts.end() ? nullptr : &*found;
}

// One image of each type at every place and moment; the value tells the type: 100, 200, ...
std::vector<InstanceBytes> beside(const std::vector<std::string>& types) {
  std::vector<InstanceBytes> instances;
  int number = 0;
  for (std::size_t type = 0; type < types.size(); ++type) {
    for (int slice = 0; slice < slices; ++slice) {
      for (int phase = 0; phase < phases; ++phase) {
        test::SmallImage image{slice, phase, ++number};
        image.value = 100 * (static_cast<int>(type) + 1);
        image.type = types[type];
        instances.push_back(smallImage(image));
      }
    }
  }
  return instances;
}

bool holdsOnly(const SeriesStack& series, float value) {
  return std::all_of(
      series.stack.frames.begin(), series.stack.frames.end(),
      [&](const StackFrame& frame) { return frame.pixels == std::vector<float>(16, value); });
}

TEST(ImageContent, IsReadInTheSpellingsOfTheVendors) {
  const auto of = [](const std::string& rest) {
    return contentOfImageType("ORIGINAL\\PRIMARY\\" + rest);
  };
  for (const char* type : {"M\\RETRO\\NORM\\DIS2D", "M_FFE\\M\\FFE", "M_PCA\\M\\PCA", "MAG\\ND"}) {
    EXPECT_EQ(of(type), ImageContent::magnitude) << type;
  }
  for (const char* type : {"P\\RETRO\\DIS2D", "VELOCITY MAP\\P\\PCA", "PHASE MAP\\P\\FFE",
                           "PHASE CONTRAST\\VELOCITY"}) {
    EXPECT_EQ(of(type), ImageContent::phase) << type;
  }
  EXPECT_EQ(of("R_IR\\R\\IR"), ImageContent::real);
  EXPECT_EQ(of("I_FFE\\I\\FFE"), ImageContent::imaginary);
  EXPECT_EQ(of("T1 MAP\\MOCO\\T1\\DIS2D"), ImageContent::t1Map);
  EXPECT_EQ(of("T2_MAP"), ImageContent::t2Map);
  EXPECT_EQ(of("DENSITY MAP"), ImageContent::otherMap);
  EXPECT_EQ(of("OTHER"), ImageContent::unstated);
  EXPECT_EQ(of("CARDIAC\\NONE"), ImageContent::unstated);
  EXPECT_EQ(contentOfImageType("M\\P"), ImageContent::unstated);
}

TEST(ImageContent, OfMagnitudeAndPhaseAtOnePlaceTheMagnitudeIsKeptAndTheRestNamed) {
  const ReadResult result = readInstances(beside({"P\\RETRO", "M\\RETRO", "R\\RETRO"}));
  ASSERT_EQ(result.stacks.size(), 1U);
  EXPECT_EQ(result.stacks[0].stack.phaseCount, phases);
  EXPECT_EQ(result.stacks[0].stack.sliceCount, slices);
  EXPECT_TRUE(holdsOnly(result.stacks[0], 200));
  const Verdict* verdict = verdictOf(result, "other-component");
  ASSERT_NE(verdict, nullptr);
  EXPECT_NE(verdict->reason.find("24 images (phase, real)"), std::string::npos) << verdict->reason;
  EXPECT_EQ(verdict->instances.size(), 20U);
  ASSERT_FALSE(result.stacks[0].notes.empty());
}

TEST(ImageContent, KindsThatCannotBeToldApartAreRefusedByName) {
  for (const auto& types :
       {std::vector<std::string>{"P", "R"}, std::vector<std::string>{"OTHER", "VELOCITY MAP"},
        std::vector<std::string>{"M", "OTHER"}}) {
    const ReadResult result = readInstances(beside(types));
    EXPECT_TRUE(result.stacks.empty());
    EXPECT_NE(verdictOf(result, "mixed-components"), nullptr) << types.front();
  }
}

TEST(ImageContent, PhaseImagesWhereNoMagnitudeLiesAreNotLeftOutInSilence) {
  std::vector<InstanceBytes> instances = beside({"M", "P"});
  instances.erase(instances.begin(), instances.begin() + phases);  // the first slice's magnitude
  const ReadResult result = readInstances(instances);
  EXPECT_TRUE(result.stacks.empty());
  EXPECT_NE(verdictOf(result, "mixed-components"), nullptr);
}

TEST(ImageContent, ASliceThatDoesNotSayItsKindBelongsToTheOthers) {
  std::vector<InstanceBytes> instances = beside({"M", "OTHER"});
  instances.erase(instances.begin(), instances.begin() + phases);
  instances.erase(instances.begin() + 3 * phases, instances.end());
  const ReadResult result = readInstances(instances);
  ASSERT_EQ(result.stacks.size(), 1U);
  EXPECT_EQ(result.stacks[0].stack.sliceCount, slices);
  EXPECT_TRUE(result.verdicts.empty());
}

TEST(ImageContent, AMapAndTheImagesThatItWasMadeOfAreStacksOfTheirOwn) {
  std::vector<InstanceBytes> instances = beside({"M_IR\\M\\IR"});
  for (int slice = 0; slice < slices; ++slice) {
    instances.push_back(smallImage({slice, 0, 100 + slice, 900, "T1 MAP\\T1"}));
  }
  const ReadResult result = readInstances(instances);
  ASSERT_EQ(result.stacks.size(), 2U);
  EXPECT_TRUE(result.verdicts.empty());
  for (const SeriesStack& series : result.stacks) {
    EXPECT_TRUE(holdsOnly(series, series.stack.phaseCount == 1 ? 900 : 100));
  }
}

TEST(ImageContent, GeTellsItInAPrivateElement) {
  std::vector<InstanceBytes> instances;
  int number = 0;
  for (int raw = 0; raw < 2; ++raw) {
    for (int phase = 0; phase < phases; ++phase) {
      test::SmallImage image{0, phase, ++number, 100 + raw, "OTHER"};
      image.edit = [raw](DcmDataset& d) {
        d.putAndInsertString(DcmTag(0x0043, 0x0010, EVR_LO), "GEMS_PARM_01");
        d.putAndInsertSint16(DcmTag(0x0043, 0x102f, EVR_SS), static_cast<Sint16>(raw));
      };
      instances.push_back(smallImage(image));
    }
  }
  const ReadResult result = readInstances(instances);
  ASSERT_EQ(result.stacks.size(), 1U);
  EXPECT_TRUE(holdsOnly(result.stacks[0], 100));
}

TEST(ImageContent, OfAnEnhancedImageEachFrameSaysItsOwn) {
  test::SmallImage image;
  image.type = "FLOW_ENCODED\\MIXED";
  image.edit = [](DcmDataset& d) {
    d.putAndInsertString(DCM_SOPClassUID, UID_EnhancedMRImageStorage);
    d.putAndInsertString(DCM_NumberOfFrames, "8");
    d.putAndInsertString(DCM_ComplexImageComponent, "MIXED");
    std::vector<Uint16> cells;
    for (int frame = 0; frame < 8; ++frame) {
      cells.insert(cells.end(), 16, static_cast<Uint16>(frame < 4 ? 7 : 9));
      DcmItem* groups = nullptr;
      d.findOrCreateSequenceItem(DCM_PerFrameFunctionalGroupsSequence, groups, frame);
      const auto put = [&](const DcmTagKey& group, const DcmTagKey& tag, const char* text) {
        DcmItem* item = nullptr;
        groups->findOrCreateSequenceItem(group, item, 0);
        item->putAndInsertString(tag, text);
      };
      put(DCM_PlanePositionSequence, DCM_ImagePositionPatient, "0\\0\\0");
      put(DCM_PlaneOrientationSequence, DCM_ImageOrientationPatient, "1\\0\\0\\0\\1\\0");
      put(DCM_PixelMeasuresSequence, DCM_PixelSpacing, "1.5\\1.5");
      put(DCM_MRImageFrameTypeSequence, DCM_ComplexImageComponent,
          frame < 4 ? "PHASE" : "MAGNITUDE");
      DcmItem* cardiac = nullptr;
      groups->findOrCreateSequenceItem(DCM_CardiacSynchronizationSequence, cardiac, 0);
      cardiac->putAndInsertFloat64(DCM_NominalCardiacTriggerDelayTime, 40.0 * (frame % 4));
    }
    d.putAndInsertUint16Array(DCM_PixelData, cells.data(), cells.size());
  };
  const ReadResult result = readInstances({smallImage(image)});
  ASSERT_EQ(result.stacks.size(), 1U);
  EXPECT_EQ(result.stacks[0].stack.phaseCount, 4);
  EXPECT_TRUE(holdsOnly(result.stacks[0], 9));
  EXPECT_EQ(result.stacks[0].content, ImageContent::magnitude);
}

}  // namespace
}  // namespace cmr
