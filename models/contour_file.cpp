#include "models/contour_file.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>

#include "analysis/errors.h"

namespace cmr {
namespace {

constexpr double farthest = 1e5;  // pixels

ContourPoint parsePoint(const std::string& line, const std::string& path) {
  std::istringstream in(line);
  ContourPoint point;
  std::string rest;
  if (!(in >> point.x >> point.y) || (in >> rest) || !(std::abs(point.x) < farthest) ||
      !(std::abs(point.y) < farthest)) {
    throw InputError(path + " holds a line that is no pair of coordinates");
  }
  return point;
}

// Where the contour crosses the horizontal line at y, from left to right.
std::vector<double> crossings(const std::vector<ContourPoint>& contour, double y) {
  std::vector<double> xs;
  for (std::size_t i = 0; i < contour.size(); ++i) {
    const ContourPoint& a = contour[i];
    const ContourPoint& b = contour[(i + 1) % contour.size()];
    if ((a.y > y) != (b.y > y)) xs.push_back(a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x));
  }
  std::sort(xs.begin(), xs.end());
  return xs;
}

}  // namespace

std::vector<ContourPoint> readContourFile(const std::string& path) {
  std::ifstream in(path);
  if (!in) throw InputError("the contour file " + path + " cannot be read");
  std::vector<ContourPoint> contour;
  for (std::string line; std::getline(in, line);) {
    if (line.find_first_not_of(" \t\r") != std::string::npos) {
      contour.push_back(parsePoint(line, path));
    }
  }
  if (contour.size() < 3) throw InputError(path + " holds fewer than three points");
  return contour;
}

std::vector<std::uint8_t> fillContour(const std::vector<ContourPoint>& contour, int rows,
                                      int columns) {
  const auto width = static_cast<std::size_t>(columns);
  std::vector<std::uint8_t> mask(static_cast<std::size_t>(rows) * width, 0);
  for (int row = 0; row < rows; ++row) {
    const std::vector<double> xs = crossings(contour, row + 0.5);
    for (std::size_t i = 0; i + 1 < xs.size(); i += 2) {
      const double first = std::max(0.0, std::ceil(xs[i] - 0.5));
      for (int column = static_cast<int>(std::min<double>(first, columns));
           column < columns && column + 0.5 < xs[i + 1]; ++column) {
        mask[static_cast<std::size_t>(row) * width + static_cast<std::size_t>(column)] = 1;
      }
    }
  }
  return mask;
}

}  // namespace cmr
