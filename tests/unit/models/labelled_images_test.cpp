#include "models/labelled_images.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "analysis/errors.h"
#include "tests/support/test_folder.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// Files whose content is one grey value, in a square with one pixel of another.
ImageFormat textImages() {
  return {"text", [](const std::string& name) { return fs::path(name).extension() == ".txt"; },
          [](const std::string& path, std::uint64_t) {
            float value = 0;
            std::ifstream(path) >> value;
            PretrainImage image{path, 2, 2, 1, {value, value, value, value}};
            if (value >= 0) image.pixels[0] = -1;
            return image;
          }};
}

class LabelledImages : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = test::ownFolder();
    fs::create_directories(folder_ / "series");
    for (int i = 0; i < 10; ++i) {
      std::ofstream(folder_ / "series" / (std::to_string(i) + ".txt")) << i;
    }
    std::ofstream(folder_ / "one.txt") << 42;
    std::ofstream(folder_ / "flat.txt") << -1;
    std::ofstream(folder_ / "notes.md") << "no image";
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::vector<LabelledImage> read(const std::string& text, std::size_t perEntry = 100) const {
    std::ofstream(folder_ / "labels.csv") << text;
    return readLabelledImages(
        {(folder_ / "labels.csv").string(), "view", {"sax", "2ch", "4ch"}, perEntry},
        {textImages()});
  }
  std::string refusal(const std::string& text) const {
    try {
      read(text);
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  }

  fs::path folder_;
};

TEST_F(LabelledImages, AreReadFromFilesAndFoldersWithSubjectAndSeries) {
  const auto images = read("path,label,subject\none.txt,4ch,A\nseries,sax,B\n");
  ASSERT_EQ(images.size(), 11U);
  EXPECT_EQ(images[0].allowed, 0b100U);
  EXPECT_EQ(images[0].subject, "A");
  EXPECT_EQ(images[0].series, "A");
  EXPECT_EQ(images[0].image.pixels[1], 42);
  EXPECT_EQ(images[1].series, "series");
  EXPECT_EQ(images[1].allowed, 0b001U);
  EXPECT_FALSE(images[1].isPhantom);
}

TEST_F(LabelledImages, TakeTheColumnOfTheTaskAndTheSeriesThatIsNamed) {
  const auto images =
      read("subject,series,sequence,view,path\r\nA,first,cine,2ch,one.txt\r\nB,,,,series\r\n");
  ASSERT_EQ(images.size(), 1U);  // without a label nothing is learned
  EXPECT_EQ(images[0].allowed, 0b010U);
  EXPECT_EQ(images[0].series, "first");
}

TEST_F(LabelledImages, MayBeOfSeveralClasses) {
  EXPECT_EQ(read("path,label,subject\none.txt,sax|4ch,A\n")[0].allowed, 0b101U);
}

TEST_F(LabelledImages, AreSpreadEvenlyOverAFolder) {
  const auto images = read("path,label,subject\nseries,sax,B\n", 3);
  ASSERT_EQ(images.size(), 3U);
  EXPECT_EQ(images[0].image.pixels[1], 0);
  EXPECT_EQ(images[1].image.pixels[1], 3);
  EXPECT_EQ(images[2].image.pixels[1], 6);
}

TEST_F(LabelledImages, NameTheLineAndWhatIsWrongWithIt) {
  const std::string header = "path,label,subject\n";
  EXPECT_THAT(refusal(header + "one.txt,sax,A\none.txt,5ch,A\n"), HasSubstr("line 3: '5ch'"));
  EXPECT_THAT(refusal(header + "two.txt,sax,A\n"), HasSubstr("line 2: there is no"));
  EXPECT_THAT(refusal(header + "one.txt,sax,\n"), HasSubstr("no subject"));
  EXPECT_THAT(refusal(header + "one.txt,sax\n"), HasSubstr("2 fields"));
  EXPECT_THAT(refusal(header + "notes.md,sax,A\n"), HasSubstr("no image of a known kind"));
  EXPECT_THAT(refusal(header + "flat.txt,sax,A\n"), HasSubstr("same grey"));
  EXPECT_THAT(refusal("path,label\none.txt,sax\n"), HasSubstr("needs the columns"));
  EXPECT_THAT(refusal(header), HasSubstr("labels no image"));
  EXPECT_THROW(readLabelledImages({"/nonexistent.csv", "view", {"sax"}, 1}, {textImages()}),
               InputError);
}

TEST_F(LabelledImages, TakeTheirPixelSpacingFromTheTableWhereTheFileTellsNone) {
  const auto images = read("path,subject,view,spacing_mm\none.txt,a,sax,1.33\none.txt,b,2ch,\n");
  EXPECT_EQ(images[0].image.columnSpacingMm, 1.33);
  EXPECT_EQ(images[1].image.columnSpacingMm, 0);
  EXPECT_THAT(refusal("path,subject,view,spacing_mm\none.txt,a,sax,wide\n"),
              HasSubstr("line 2: 'wide' is no pixel spacing"));
  EXPECT_THAT(refusal("path,subject,view,spacing_mm\none.txt,a,sax,-1\n"), HasSubstr("line 2"));
}

}  // namespace
}  // namespace cmr
