// What an expert drew, recovered from masks that were published in its place.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cmr {

// How the edges of a folder's masks are to be taken.
enum class MaskEdges {
  asStored,   // a pixel belongs to the structure when its mask says so
  sunnybrook  // masks made from the Sunnybrook contours, with the faults named below undone
};

inline constexpr const char* maskEdgesHelp =
    "stored: the PNG masks are what they say; sunnybrook: they are the published masks of the "
    "Sunnybrook contours, whose edges are put back where they were drawn";

MaskEdges maskEdgesByName(const std::string& name);  // "stored", "sunnybrook"; else InputError

// The other one of the two.
std::string otherMaskEdges(const std::string& name);

// Whether a patient of PNG frames is named as in the published Sunnybrook frames ("SC-HF-I-04").
bool isSunnybrookPatient(const std::string& patient);

// The endocardial masks were filled after cutting the contour's coordinates to whole pixels, with
// the outline itself painted too: they reproduce so, pixel by pixel, in 90 of 90 masks whose
// contour is known. That makes every cavity half a pixel too large all round (8 % of its area in
// the mean) and moves it by a quarter of a pixel. Undone: Dice with the contour 0.994 (stored
// 0.96), area 1.012.
std::vector<std::uint8_t> recoverSunnybrookEndo(const std::vector<std::uint8_t>& mask, int rows,
                                                int columns);

// The epicardial masks were filled at the pixels' corners instead of their centres, edges
// included. Undone (three of a pixel's four corners inside): Dice with the contour 0.988 in 48
// masks, area 0.989.
std::vector<std::uint8_t> recoverSunnybrookEpi(const std::vector<std::uint8_t>& mask, int rows,
                                               int columns);

}  // namespace cmr
