// Closed outlines of a label on the pixel grid, for reports and pictures.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace cmr {

struct Point2 {
  double x = 0;  // column, in pixels; the centre of the first pixel is (0, 0)
  double y = 0;  // row
};

using Polyline = std::vector<Point2>;  // closed: the first point is repeated at the end

// Outlines of {pixel : label in mask}, largest enclosed area first, holes left out.
// Marching squares at the half level between pixel centres (Lorensen and Cline, 1987, in 2-D).
std::vector<Polyline> outlines(std::span<const std::uint8_t> mask, int rows, int columns,
                               std::uint8_t label);

// Outline of the union of two labels: the epicardium is the outline of cavity and myocardium.
std::vector<Polyline> outlinesOfUnion(std::span<const std::uint8_t> mask, int rows, int columns,
                                      std::uint8_t labelA, std::uint8_t labelB);

double enclosedArea(const Polyline& closed);

}  // namespace cmr
