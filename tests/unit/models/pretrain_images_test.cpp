#include "models/pretrain_images.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <set>

#include "analysis/errors.h"
#include "tests/support/test_folder.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;

// A format of one number per file: the grey of the left half of the picture.
ImageFormat numbers() {
  return {"number", [](const std::string& name) { return fs::path(name).extension() == ".grey"; },
          [](const std::string& path, std::uint64_t) {
            std::ifstream in(path);
            float grey = 0;
            if (!(in >> grey)) throw InputError(path + " is broken");
            PretrainImage image{path, 20, 20, 1, std::vector<float>(400, 1.0F)};
            for (std::size_t i = 0; i < 400; ++i) image.pixels[i] = i % 20 < 10 ? grey : 1.0F;
            return image;
          }};
}

class PretrainImagesTest : public testing::Test {
 protected:
  PretrainImagesTest() : folder_(test::ownFolder()) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~PretrainImagesTest() override { fs::remove_all(folder_); }

  void write(const std::string& name, const std::string& content) {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << content;
  }
  std::unique_ptr<PretrainImages> images(const std::vector<std::string>& excluded = {}) {
    auto found = std::make_unique<PretrainImages>(3);
    found->addFolder(folder_.string(), {numbers()}, excluded);
    return found;
  }

  fs::path folder_;
};

TEST_F(PretrainImagesTest, SeesEveryFileOnceInEachRoundAndInAnotherOrder) {
  for (int i = 0; i < 10; ++i) {
    write("patient" + std::to_string(i % 3) + "/" + std::to_string(i) + ".grey", "0.5");
  }
  const auto found = images();
  std::vector<std::vector<std::string>> rounds(3);
  for (std::uint64_t slot = 0; slot < 30; ++slot) {
    rounds[slot / 10].push_back(found->draw(slot).name);
  }
  for (const auto& round : rounds) {
    EXPECT_EQ(std::set<std::string>(round.begin(), round.end()).size(), 10U);
  }
  EXPECT_NE(rounds[0], rounds[1]);
  const auto again = images();
  EXPECT_EQ(again->draw(13).name, rounds[1][3]);
}

TEST_F(PretrainImagesTest, SkipsAndCountsWhatCannotBeUsed) {
  for (int i = 0; i < 6; ++i) write(std::to_string(i) + ".grey", "0.5");
  write("broken.grey", "x");
  write("flat.grey", "1.0");
  const auto found = images();
  for (std::uint64_t slot = 0; slot < 24; ++slot) {
    const std::string name = fs::path(found->draw(slot).name).filename().string();
    EXPECT_NE(name, "broken.grey");
    EXPECT_NE(name, "flat.grey");
  }
  const SkippedImages skipped = found->skipped();
  EXPECT_EQ(skipped.count, 2U);
  ASSERT_EQ(skipped.reasons.size(), 2U);
  EXPECT_NE((skipped.reasons[0] + skipped.reasons[1]).find("same grey everywhere"),
            std::string::npos);
  EXPECT_NE((skipped.reasons[0] + skipped.reasons[1]).find("broken.grey"), std::string::npos);
}

TEST_F(PretrainImagesTest, SaysSoWhenNothingIsOfAnyUse) {
  write("a.grey", "x");
  write("b.grey", "x");
  const auto found = images();
  try {
    found->draw(0);
    FAIL() << "drew an image from broken files";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("is broken"), std::string::npos) << error.what();
  }
}

TEST_F(PretrainImagesTest, LeavesOutMasksOtherFilesAndWhatIsExcluded) {
  write("set/images/p1.grey", "0.5");
  write("set/images/p2.grey", "0.5");
  write("set/endo/p1.grey", "0.5");
  write("set/epi/p1.grey", "0.5");
  write("set/rv/p1.grey", "0.5");
  write("set/README.md", "words");
  const auto found = images({"p2", "p3"});
  EXPECT_EQ(found->files(), 1U);
  EXPECT_EQ(found->ignored(), 1U);
  EXPECT_EQ(found->excludedCount(), 1U);
  EXPECT_EQ(found->fittingExclusions(), std::set<std::string>{"p2"});
  EXPECT_EQ(fs::path(found->draw(0).name).filename(), "p1.grey");
}

// As models/rv_masks.py leaves them beside linked images.
TEST_F(PretrainImagesTest, LeavesOutMasksBesideALinkToImages) {
  write("elsewhere/images/p1.grey", "0.5");
  write("set/rv/p1.grey", "0.5");
  fs::create_directory_symlink(folder_ / "elsewhere/images", folder_ / "set/images");
  EXPECT_EQ(images()->files(), 1U);
}

TEST_F(PretrainImagesTest, RefusesAFolderWithoutImages) {
  write("README.md", "words");
  EXPECT_THROW(images(), InputError);
  PretrainImages found(1);
  EXPECT_THROW(found.addFolder("/nonexistent", {numbers()}, {}), InputError);
}

TEST_F(PretrainImagesTest, MixesDrawnHeartsInByTheirShare) {
  for (int i = 0; i < 5; ++i) write(std::to_string(i) + ".grey", "0.5");
  const auto found = images();
  found->addPhantoms(0.3);
  int phantoms = 0;
  for (std::uint64_t slot = 0; slot < 40; ++slot) {
    phantoms += found->draw(slot).name.rfind("phantom", 0) == 0 ? 1 : 0;
  }
  EXPECT_GT(phantoms, 4);
  EXPECT_LT(phantoms, 22);
}

TEST_F(PretrainImagesTest, ProbesTheSameImagesEachTime) {
  for (int i = 0; i < 9; ++i) write(std::to_string(i) + ".grey", "0.5");
  const auto found = images();
  const auto probe = found->probe(3);
  ASSERT_EQ(probe.size(), 3U);
  EXPECT_NE(probe[0].name, probe[1].name);
  EXPECT_EQ(probe[1].name, found->probe(3)[1].name);
  EXPECT_EQ(found->probe(100).size(), 9U);
}

TEST_F(PretrainImagesTest, KeepsAFewBytesAnImageInMemory) {
  const int count = 2000;
  for (int i = 0; i < count; ++i) write("image" + std::to_string(i) + ".grey", "");
  EXPECT_LT(images()->indexBytes(), count * 40U);
}

TEST(PretrainPhantoms, AreAllThereIsWithoutFiles) {
  PretrainImages found(4);
  EXPECT_EQ(found.phantomShare(), 1.0);
  const PretrainImage one = found.draw(3);
  EXPECT_EQ(one.pixels, PretrainImages(4).draw(3).pixels);
  EXPECT_NE(one.pixels, found.draw(4).pixels);
}

TEST(ShuffledPosition, IsAPermutationInEveryRound) {
  for (const std::uint64_t count : {1U, 2U, 5U, 64U, 100U, 1000U}) {
    std::set<std::uint64_t> places;
    std::uint64_t fixed = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t place = shuffledPosition(9, 2, i, count);
      EXPECT_LT(place, count);
      places.insert(place);
      fixed += place == i ? 1 : 0;
    }
    EXPECT_EQ(places.size(), count);
    if (count == 1000) {
      EXPECT_LT(fixed, 20U);
    }
  }
}

TEST(ListedImages, CarryTheirGroupInTheirNameAndAreLeftOutByIt) {
  const ImageFormat grey{"listed", [](const std::string&) { return true; },
                         [](const std::string& path, std::uint64_t) {
                           PretrainImage image{path, 16, 16, 1, std::vector<float>(256, 1.0F)};
                           image.pixels[0] = 2;
                           return image;
                         }};
  PretrainImages images(1);
  images.addListed("archive", {{"p1/s1", {"a", "b"}}, {"p2/s2", {"c"}}}, grey, {"p1/"});
  EXPECT_EQ(images.files(), 1U);
  EXPECT_EQ(images.excludedCount(), 2U);
  EXPECT_EQ(images.draw(0).name, "p2/s2/c");
  EXPECT_THROW(images.addListed("archive", {}, grey, {}), InputError);
}

TEST(ListedImages, OfAnArchiveThatIsAwayEndTheRunInsteadOfCountingAsBroken) {
  const ImageFormat away{"listed", [](const std::string&) { return true; },
                         [](const std::string&, std::uint64_t) -> PretrainImage {
                           throw ResourceError("nobody answers");
                         }};
  PretrainImages images(1);
  images.addListed("archive", {{"p/s", {"a", "b"}}}, away, {});
  EXPECT_THROW(images.draw(0), ResourceError);
  EXPECT_EQ(images.skipped().count, 0U);
}

}  // namespace
}  // namespace cmr
