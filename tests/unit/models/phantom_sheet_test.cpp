#include "models/phantom_sheet.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "models/png_file.h"
#include "tests/support/test_folder.h"

namespace cmr {
namespace {

TEST(PhantomSheet, IsAGreyPictureWithTheRealTilesBelow) {
  constexpr int tile = 40;
  const std::string path = (test::ownFolder() / "sheet.png").string();
  const SheetTile white{"real", 2, 2, {255, 255, 255, 255}};
  drawPhantomSheet(path, 1, tile, {white});
  const GrayImage sheet = readPng(path);  // refuses colours
  EXPECT_EQ(sheet.width, 6 * (tile + 2));
  const int line = sheet.height / 7;  // six lines of phantoms, one of real tiles
  const auto at = [&](int x, int y) {
    return sheet.pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(sheet.width) +
                        static_cast<std::size_t>(x)];
  };
  EXPECT_GE(at(tile / 2, 6 * line + tile / 2), 250);
  int dark = 0;
  for (int y = 0; y < tile; ++y) dark += at(tile / 2, y) < 128 ? 1 : 0;
  EXPECT_GT(dark, 0);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace cmr
