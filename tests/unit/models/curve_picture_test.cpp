#include "models/curve_picture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "analysis/errors.h"
#include "models/picture_text.h"
#include "tests/support/test_folder.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;

std::string logOf(const std::string& content) {
  const std::string path = (test::ownFolder() / "curves.jsonl").string();
  std::ofstream(path) << content;
  return path;
}

TEST(CurvePicture, TakesTheLaterLineOfAStepAndPassesOverWhatIsNoNumber) {
  const std::string log = logOf(
      "{\"step\":20,\"loss\":3.5}\n{\"step\":10,\"loss\":4}\n{\"step\":20,\"rank\":7}\n"
      "{\"step\":20,\"loss\":3.25}\n{\"step\":30,\"loss\":null}\nbroken li\n");
  const std::vector<std::pair<double, double>> expected{{10, 4}, {20, 3.25}};
  EXPECT_EQ(curveOf(log, "loss"), expected);
  EXPECT_TRUE(curveOf(log, "absent").empty());
}

TEST(CurvePicture, IsWrittenEvenForASinglePointOrALevelLine) {
  const std::string log = logOf("{\"step\":1,\"loss\":2,\"rank\":5}\n{\"step\":2,\"loss\":2}\n");
  const std::string picture = (test::ownFolder() / "curves.png").string();
  fs::remove(picture);
  drawCurves(log, picture, {{"loss", "loss"}, {"rank", "feature rank"}, {"absent", "absent"}});
  EXPECT_GT(fs::file_size(picture), 500U);
  EXPECT_THROW(drawCurves(log, "/nonexistent/curves.png", {{"loss", "loss"}}), ResourceError);
}

TEST(PictureText, LeavesInkWhereALetterIsAndNoneOutsideThePicture) {
  RgbPicture picture(12, 8, 255);
  drawText(picture, 0, 0, "l?");
  const auto inkIn = [&](int from, int to) {
    int ink = 0;
    for (int y = 0; y < 8; ++y) {
      for (int x = from; x < to; ++x) {
        ink += picture.rgb[static_cast<std::size_t>(3 * (y * 12 + x))] < 255 ? 1 : 0;
      }
    }
    return ink;
  };
  EXPECT_EQ(inkIn(0, 6), 10);  // the bits of 0x41, 0x7F and 0x40
  EXPECT_EQ(inkIn(6, 12), 0);
  drawText(picture, -3, -4, "l");  // partly outside: nothing is written beyond the picture
  EXPECT_EQ(picture.rgb.size(), 3U * 12 * 8);
}

}  // namespace
}  // namespace cmr
