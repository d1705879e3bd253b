// A frame with the outlines of its labels and its landmarks, as a picture for people.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace cmr {

struct PictureMark {
  double column = 0;
  double row = 0;
};

struct LabelPicture {
  int rows = 0;
  int columns = 0;
  std::span<const float> pixels;
  std::span<const std::uint8_t> labels;  // empty: none
  std::vector<PictureMark> marks;
};

// Square cut-outs of this many pixels about (column, row), side by side, `across` to a line. Grey
// by the 1st and 99th percentile; labels 1 to 5 outlined in green, yellow, blue, red, violet; marks
// as white crosses.
struct CutOut {
  LabelPicture picture;
  double column = 0;
  double row = 0;
};
void writeLabelPicture(const std::string& path, const std::vector<CutOut>& cutOuts, int side,
                       int across);

}  // namespace cmr
