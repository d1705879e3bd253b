// A contact sheet: phantoms of all views, sequences and conditions in one picture, for a person to
// judge, beside real images if there are any.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cmr {

// What a tile shows: a picture of any size, already in grey of 0 to 255.
struct SheetTile {
  std::string title;
  int rows = 0;
  int columns = 0;
  std::vector<std::uint8_t> grey;
};

// Windowed as a viewer would: the brightest half per cent saturates.
SheetTile tileOf(const std::string& title, int rows, int columns, const std::vector<float>& pixels);

// Draws the phantoms, puts `real` below them under their own heading, writes the PNG.
void drawPhantomSheet(const std::string& path, std::uint64_t seed, int tilePixels,
                      const std::vector<SheetTile>& real);

}  // namespace cmr
