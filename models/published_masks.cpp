#include "models/published_masks.h"

#include <algorithm>
#include <cmath>
#include <regex>

#include "analysis/contours.h"
#include "analysis/errors.h"
#include "models/contour_file.h"

namespace cmr {
namespace {

// Cutting a coordinate to whole pixels takes 1/4 off it in the mean, as the contours stand on a
// grid of half pixels.
constexpr double cutOff = 0.25;

class MaskView {
 public:
  MaskView(const std::vector<std::uint8_t>& mask, int rows, int columns)
      : mask_(mask), rows_(rows), columns_(columns) {}

  bool holds(int row, int column) const {
    if (row < 0 || row >= rows_ || column < 0 || column >= columns_) return false;
    return mask_[static_cast<std::size_t>(row) * static_cast<std::size_t>(columns_) +
                 static_cast<std::size_t>(column)] != 0;
  }

 private:
  const std::vector<std::uint8_t>& mask_;
  int rows_;
  int columns_;
};

// An outline crosses from a pixel of the mask to one beside it: the former was a painted vertex.
ContourPoint paintedVertex(const Point2& crossing, const MaskView& mask) {
  const int firstColumn = static_cast<int>(std::floor(crossing.x));
  const int firstRow = static_cast<int>(std::floor(crossing.y));
  const int lastColumn = static_cast<int>(std::ceil(crossing.x));
  const int lastRow = static_cast<int>(std::ceil(crossing.y));
  const bool first = mask.holds(firstRow, firstColumn);
  return {(first ? firstColumn : lastColumn) + cutOff, (first ? firstRow : lastRow) + cutOff};
}

}  // namespace

MaskEdges maskEdgesByName(const std::string& name) {
  if (name == "stored") return MaskEdges::asStored;
  if (name == "sunnybrook") return MaskEdges::sunnybrook;
  throw InputError("mask edges are taken as 'stored' or as 'sunnybrook', not as '" + name + "'");
}

std::string otherMaskEdges(const std::string& name) {
  return maskEdgesByName(name) == MaskEdges::asStored ? "sunnybrook" : "stored";
}

bool isSunnybrookPatient(const std::string& patient) {
  static const std::regex name("SC-(HF-I|HF-NI|HYP|N)-[0-9]+");
  return std::regex_match(patient, name);
}

std::vector<std::uint8_t> recoverSunnybrookEndo(const std::vector<std::uint8_t>& mask, int rows,
                                                int columns) {
  std::vector<std::uint8_t> ones(mask.size());
  std::transform(mask.begin(), mask.end(), ones.begin(), [](std::uint8_t v) { return v != 0; });
  const MaskView view(ones, rows, columns);
  std::vector<std::uint8_t> recovered(mask.size(), 0);
  for (const Polyline& outline : outlines(ones, rows, columns, 1)) {
    std::vector<ContourPoint> contour;
    for (const Point2& crossing : outline) contour.push_back(paintedVertex(crossing, view));
    const std::vector<std::uint8_t> filled = fillContour(contour, rows, columns);
    std::transform(filled.begin(), filled.end(), recovered.begin(), recovered.begin(),
                   [](std::uint8_t a, std::uint8_t b) -> std::uint8_t { return a | b; });
  }
  return recovered;
}

std::vector<std::uint8_t> recoverSunnybrookEpi(const std::vector<std::uint8_t>& mask, int rows,
                                               int columns) {
  const MaskView view(mask, rows, columns);
  std::vector<std::uint8_t> recovered(mask.size(), 0);
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column) {
      const int corners = static_cast<int>(view.holds(row, column)) +
                          static_cast<int>(view.holds(row, column + 1)) +
                          static_cast<int>(view.holds(row + 1, column)) +
                          static_cast<int>(view.holds(row + 1, column + 1));
      recovered[static_cast<std::size_t>(row) * static_cast<std::size_t>(columns) +
                static_cast<std::size_t>(column)] = corners >= 3 ? 1 : 0;
    }
  }
  return recovered;
}

}  // namespace cmr
