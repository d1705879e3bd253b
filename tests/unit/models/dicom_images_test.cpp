#include "models/dicom_images.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "analysis/errors.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;

const std::string lge = std::string(CMR_SHARED_DATA) + "/siemens-t1-lge/lge";

TEST(DicomImages, AreKnownByTheirNames) {
  const ImageFormat format = dicomImages();
  for (const char* name : {"IM0001", "0001.dcm", "A.IMA", "1.2.840.113619.2.1"}) {
    EXPECT_TRUE(format.accepts(name)) << name;
  }
  for (const char* name : {"a.png", "README.md", "labels.csv", "x.json"}) {
    EXPECT_FALSE(format.accepts(name)) << name;
  }
}

TEST(DicomImages, ComeWithTheirPixelsAndBrokenOnesAreSkipped) {
  if (!fs::is_directory(lge)) GTEST_SKIP() << "no real images at " << lge;
  const fs::path folder = fs::path(testing::TempDir()) / "dicom_images";
  fs::remove_all(folder);
  fs::create_directories(folder);
  std::vector<fs::path> sources;
  for (const auto& entry : fs::recursive_directory_iterator(lge)) {
    if (entry.is_regular_file() && dicomImages().accepts(entry.path().filename().string())) {
      sources.push_back(entry.path());
    }
  }
  ASSERT_GE(sources.size(), 3U);
  fs::copy_file(sources[0], folder / "whole.dcm");
  fs::copy_file(sources[1], folder / "cut.dcm");
  fs::resize_file(folder / "cut.dcm", fs::file_size(folder / "cut.dcm") / 2);
  std::ofstream(folder / "noise.dcm") << "no DICOM at all";

  PretrainImages images(1);
  images.addFolder(folder.string(), {dicomImages()}, {});
  EXPECT_EQ(images.files(), 3U);
  for (std::uint64_t slot = 0; slot < 3; ++slot) {
    const PretrainImage image = images.draw(slot);
    EXPECT_EQ(fs::path(image.name).filename(), "whole.dcm");
    EXPECT_EQ(image.pixels.size(), static_cast<std::size_t>(image.rows * image.columns));
    EXPECT_NEAR(image.rowsPerColumn, 1, 0.01);
  }
  EXPECT_EQ(images.skipped().count, 2U);
  fs::remove_all(folder);
}

}  // namespace
}  // namespace cmr
