#include "models/png_frames.h"

#include <gtest/gtest.h>
#include <png.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include "analysis/errors.h"
#include "models/png_file.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;
constexpr int width = 20;
constexpr int height = 16;

void writeGrey(const fs::path& path, int w, int h, const std::vector<std::uint8_t>& pixels) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(w);
  image.height = static_cast<png_uint_32>(h);
  image.format = PNG_FORMAT_GRAY;
  ASSERT_NE(png_image_write_to_file(&image, path.c_str(), 0, pixels.data(), 0, nullptr), 0);
}

// A mask of `rows` full rows from the second on.
std::vector<std::uint8_t> rowsOf(int rows) {
  std::vector<std::uint8_t> mask(width * height);
  std::fill(mask.begin() + width, mask.begin() + width * (1 + rows), std::uint8_t{255});
  return mask;
}

class PngFrames : public testing::Test {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::path(testing::TempDir()) / (std::string("png_frames_") + test->name());
    fs::remove_all(folder_);
    for (const char* part : {"images", "endo", "epi", "rv"}) fs::create_directories(folder_ / part);
  }
  void TearDown() override { fs::remove_all(folder_); }

  void add(const std::string& name, int endoRows, int epiRows = 0) {
    std::vector<std::uint8_t> image(width * height, 40);
    image[3] = 200;
    writeGrey(folder_ / "images" / (name + ".png"), width, height, image);
    writeGrey(folder_ / "endo" / (name + ".png"), width, height, rowsOf(endoRows));
    if (epiRows > 0) writeGrey(folder_ / "epi" / (name + ".png"), width, height, rowsOf(epiRows));
  }
  std::vector<TrainingFrame> read() const { return readPngFrames(folder_.string(), 1.25); }

  fs::path folder_;
};

TEST_F(PngFrames, AreReadWithWhatTheirMasksKnow) {
  add("SC-A-01-IM-0001-0020", 3);
  add("SC-B-02-IM-0001-0020", 3, 5);
  const std::vector<TrainingFrame> frames = read();
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(frames[0].name, "SC-A-01-IM-0001-0020");
  EXPECT_EQ(frames[0].patient, "SC-A-01");
  EXPECT_EQ(frames[0].rows, height);
  EXPECT_EQ(frames[0].columns, width);
  EXPECT_DOUBLE_EQ(frames[0].spacingMm, 1.25);
  EXPECT_FLOAT_EQ(frames[0].pixels[3], 200);
  const int cavity = bitOf(Structure::lvCavity);
  const int wall = bitOf(Structure::lvMyocardium);
  EXPECT_EQ(frames[0].known, cavity);
  EXPECT_EQ(frames[0].allowed[width], cavity);
  EXPECT_EQ(frames[0].allowed[0], anyStructure & ~cavity);
  EXPECT_EQ(frames[1].known, cavity | wall);
  EXPECT_EQ(frames[1].allowed[width * 4], wall);
  EXPECT_EQ(frames[1].allowed[0], bitOf(Structure::background) | bitOf(Structure::rvCavity));
}

TEST_F(PngFrames, KnowTheRightVentricleWhereItWasDrawn) {
  const int left = bitOf(Structure::lvCavity);
  const int wall = bitOf(Structure::lvMyocardium);
  const int right = bitOf(Structure::rvCavity);
  const auto drawRv = [&](const std::string& name, const std::vector<std::uint8_t>& mask) {
    writeGrey(folder_ / "rv" / (name + ".png"), width, height, mask);
  };
  std::vector<std::uint8_t> low(width * height);
  std::fill(low.begin() + width * 5, low.begin() + width * 9, std::uint8_t{255});
  add("SC-A-01-IM-0001-0020", 3);  // rows 1 to 3 cavity
  drawRv("SC-A-01-IM-0001-0020", low);
  add("SC-B-02-IM-0001-0020", 3, 6);  // rows 4 to 6 wall, two of which the other mask claims
  drawRv("SC-B-02-IM-0001-0020", low);
  add("SC-C-03-IM-0001-0020", 3);
  drawRv("SC-C-03-IM-0001-0020", std::vector<std::uint8_t>(width * height));
  const std::vector<TrainingFrame> frames = read();
  EXPECT_EQ(frames[0].known, left | right);
  EXPECT_EQ(frames[0].allowed[width], left);
  EXPECT_EQ(frames[0].allowed[width * 5], right);
  EXPECT_EQ(frames[0].allowed[0], bitOf(Structure::background) | wall);
  EXPECT_EQ(frames[1].known, left | wall | right);
  EXPECT_EQ(frames[1].allowed[width * 5], wall);
  EXPECT_EQ(frames[1].allowed[width * 8], right);
  EXPECT_EQ(frames[1].allowed[0], bitOf(Structure::background));
  EXPECT_EQ(frames[2].known, left | right);
  EXPECT_EQ(std::count(frames[2].allowed.begin(), frames[2].allowed.end(), right), 0);
}

TEST_F(PngFrames, TakeThePhaseWithTheLargerCavitiesForEndDiastole) {
  // Numbers 7 and 20, 27 and 40: slices of 20 phases; the later one of each is larger, but for the
  // second slice's, where the papillary muscles fooled somebody.
  add("SC-A-01-IM-0001-0007", 3);
  add("SC-A-01-IM-0001-0020", 9);
  add("SC-A-01-IM-0001-0027", 6);
  add("SC-A-01-IM-0001-0040", 5);
  const std::vector<TrainingFrame> frames = read();
  EXPECT_EQ(frames[0].phase, CardiacPhase::endSystole);
  EXPECT_EQ(frames[1].phase, CardiacPhase::endDiastole);
  EXPECT_EQ(frames[2].phase, CardiacPhase::endSystole);
  EXPECT_EQ(frames[3].phase, CardiacPhase::endDiastole);
}

TEST_F(PngFrames, LeaveThePhaseOpenWhereOnlyOneWasDrawn) {
  add("SC-A-01-IM-0001-0020", 9);
  add("SC-A-01-IM-0001-0040", 8);
  for (const TrainingFrame& frame : read()) EXPECT_EQ(frame.phase, CardiacPhase::unknown);
}

TEST_F(PngFrames, AreRefusedWithoutAnEndocardium) {
  add("SC-A-01-IM-0001-0020", 3);
  fs::remove(folder_ / "endo" / "SC-A-01-IM-0001-0020.png");
  EXPECT_THROW(read(), InputError);
}

std::string refusalOf(const std::function<void()>& action) {
  try {
    action();
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST_F(PngFrames, AreRefusedWithAMaskThatFitsNoImageWhichIsNamed) {
  add("SC-A-01-IM-0001-0020", 3);
  for (const char* part : {"endo", "epi", "rv"}) {
    const fs::path stray = folder_ / part / "SC-A-01-IM-0001-0021.png";
    writeGrey(stray, width, height, rowsOf(3));
    EXPECT_NE(refusalOf([this] { read(); }).find(stray.string()), std::string::npos) << part;
    fs::remove(stray);
  }
  EXPECT_NO_THROW(read());
}

// Each would be a patient of its own, and pictures of one heart would stand on both sides of a
// split.
// Measuring takes them, each as a patient of its own; a split by patient cannot.
TEST_F(PngFrames, WhoseNameTellsNoPatientAreReadAndKeptFromSplits) {
  add("SC-A-01-IM-0001-0020", 3);
  EXPECT_NO_THROW(requirePatients(read()));
  add("patient101_frame01_slice02", 3);
  const std::vector<TrainingFrame> frames = read();
  EXPECT_EQ(frames.at(1).patient, "patient101_frame01_slice02");
  EXPECT_THROW(requirePatients(frames), InputError);
}

TEST_F(PngFrames, AreRefusedWithAMaskOfAnotherSizeOrOfGreys) {
  add("SC-A-01-IM-0001-0020", 3);
  const fs::path mask = folder_ / "endo" / "SC-A-01-IM-0001-0020.png";
  writeGrey(mask, height, width, rowsOf(3));
  EXPECT_THROW(read(), InputError);
  std::vector<std::uint8_t> grey = rowsOf(3);
  grey[0] = 1;
  writeGrey(mask, width, height, grey);
  EXPECT_THROW(read(), InputError);
}

TEST_F(PngFrames, AreRefusedWhenThereAreNoneOrTheyAreNoPictures) {
  EXPECT_THROW(read(), InputError);
  EXPECT_THROW(readPngFrames("/nonexistent", 1.25), InputError);
  add("SC-A-01-IM-0001-0020", 3);
  std::ofstream(folder_ / "images" / "SC-A-01-IM-0001-0020.png") << "no picture";
  EXPECT_THROW(read(), InputError);
}

TEST(PngFile, RefusesEveryTruncationOfAPicture) {
  const fs::path path = fs::path(testing::TempDir()) / "truncated.png";
  writeGrey(path, width, height, rowsOf(3));
  std::ifstream in(path, std::ios::binary);
  const std::string whole{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  EXPECT_EQ(readPng(path.string()).pixels.size(), static_cast<std::size_t>(width * height));
  // The last chunk holds no pixels.
  for (std::size_t length = 0; length + 12 < whole.size(); ++length) {
    std::ofstream(path, std::ios::binary) << whole.substr(0, length);
    EXPECT_THROW(readPng(path.string()), InputError) << length;
  }
}

TEST(PngFile, KeepsTheValuesOfSixteenBits) {
  const fs::path path = fs::path(testing::TempDir()) / "sixteen.png";
  const std::vector<std::uint16_t> values{0, 1, 255, 256, 4095, 65535};
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = 3;
  image.height = 2;
  image.format = PNG_FORMAT_LINEAR_Y;
  ASSERT_NE(png_image_write_to_file(&image, path.c_str(), 0, values.data(), 0, nullptr), 0);
  EXPECT_EQ(readPng(path.string()).pixels, values);
}

TEST(PngFile, WritesColoursThatTheGreyReaderRefuses) {
  const fs::path path = fs::path(testing::TempDir()) / "colours.png";
  writePngRgb(path.string(), 2, 1, {255, 0, 0, 0, 255, 0});
  EXPECT_THROW(readPng(path.string()), InputError);
  EXPECT_THROW(writePngRgb("/nonexistent/a.png", 1, 1, {0, 0, 0}), ResourceError);
}

}  // namespace
}  // namespace cmr
