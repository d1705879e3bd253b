#include "models/fewshot_picture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "analysis/errors.h"
#include "models/picture_line.h"
#include "models/png_file.h"
#include "tests/support/test_folder.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;

FewshotRow row(const std::string& arm, std::size_t size, double dice) {
  FewshotRow r;
  r.arm = arm;
  r.size = size;
  r.draws = 3;
  r.lvDice = {3, dice, dice - 0.1, dice + 0.05};
  r.myocardiumDice = {0, std::nan(""), std::nan(""), std::nan("")};
  return r;
}

TEST(FewshotPicture, IsWrittenWithGapsAndWithoutAnyRow) {
  const std::string path = (test::ownFolder() / "fewshot.png").string();
  drawFewshot({}, {"a"}, {1, 4}, path);
  const auto empty = fs::file_size(path);
  drawFewshot({row("a", 1, 0.5), row("b", 4, 0.8), row("a", 25, 0.9)}, {"a", "b"}, {1, 4, 25},
              path);
  EXPECT_GT(fs::file_size(path), empty);
  EXPECT_THROW(drawFewshot({}, {"a"}, {1}, "/nonexistent/fewshot.png"), ResourceError);
}

TEST(PictureLine, HoldsBothEndsAndNothingOutside) {
  RgbPicture picture(8, 4, 255);
  constexpr std::uint8_t black[3] = {0, 0, 0};
  drawLine(picture, 1, 1, 4, 1, black);
  drawLine(picture, -5, 3, 20, 3, black);
  EXPECT_EQ(std::count(picture.rgb.begin(), picture.rgb.end(), 0), 3 * (4 + 8));
  EXPECT_EQ(picture.rgb[3 * (8 + 1)], 0);
  EXPECT_EQ(picture.rgb[3 * (8 + 4)], 0);
}

}  // namespace
}  // namespace cmr
