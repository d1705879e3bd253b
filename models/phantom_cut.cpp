#include "models/phantom_cut.h"

#include <algorithm>
#include <array>

namespace cmr {
namespace {

constexpr int samples = PhantomCut::samplesPerPixel;
// Shares of the pixel, so that rows, columns and depths are each visited evenly.
constexpr std::array<std::array<double, 2>, samples> inPixel{{{-0.417, -0.083},
                                                              {0.083, 0.417},
                                                              {-0.25, 0.25},
                                                              {0.417, -0.25},
                                                              {-0.083, -0.417},
                                                              {0.25, 0.083}}};

struct Grid {
  const BodyPose& pose;
  const PlaneGeometry& plane;
  Vec3 normal;

  std::uint8_t at(double column, double row, double offMm) const {
    return static_cast<std::uint8_t>(
        tissueAt(pose, pixelToPatient(plane, column, row) + normal * offMm));
  }
};

}  // namespace

PhantomCut cutPhantom(const BodyPose& pose, const ViewPlane& view, int rows, int columns) {
  PhantomCut cut;
  cut.rows = rows;
  cut.columns = columns;
  const auto pixels = static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
  cut.labels.resize(pixels);
  cut.samples.resize(pixels * samples);
  const Vec3 normal = planeNormal(view.plane);
  const BodyPose near = nearPlane(pose, view.plane.originMm, normal, 0.5 * view.thicknessMm);
  const Grid grid{near, view.plane, normal};
  const auto index = [&](int r, int c) {
    return static_cast<std::size_t>(r) * static_cast<std::size_t>(columns) +
           static_cast<std::size_t>(c);
  };
  for (int r = 0; r < rows; ++r) {
    for (int c = 0; c < columns; ++c) cut.labels[index(r, c)] = grid.at(c, r, 0);
  }
  // Above and below the slice's middle, for every second pixel of every second row.
  const int halfColumns = (columns + 1) / 2;
  std::vector<std::uint8_t> through(static_cast<std::size_t>((rows + 1) / 2) *
                                    static_cast<std::size_t>(halfColumns));
  for (int r = 0; r < rows; r += 2) {
    for (int c = 0; c < columns; c += 2) {
      const std::uint8_t here = cut.labels[index(r, c)];
      through[static_cast<std::size_t>(r / 2) * static_cast<std::size_t>(halfColumns) +
              static_cast<std::size_t>(c / 2)] = grid.at(c, r, 0.42 * view.thicknessMm) == here &&
                                                 grid.at(c, r, -0.42 * view.thicknessMm) == here;
    }
  }
  for (int r = 0; r < rows; ++r) {
    for (int c = 0; c < columns; ++c) {
      const std::uint8_t here = cut.labels[index(r, c)];
      bool even = through[static_cast<std::size_t>(r / 2) * static_cast<std::size_t>(halfColumns) +
                          static_cast<std::size_t>(c / 2)] != 0;
      for (int dr = -1; dr <= 1 && even; ++dr) {
        for (int dc = -1; dc <= 1 && even; ++dc) {
          even = cut.labels[index(std::clamp(r + dr, 0, rows - 1),
                                  std::clamp(c + dc, 0, columns - 1))] == here;
        }
      }
      std::uint8_t* const out = &cut.samples[index(r, c) * samples];
      for (int s = 0; s < samples; ++s) {
        const double depth = ((s + 0.5) / samples - 0.5) * view.thicknessMm;
        const auto& p = inPixel[static_cast<std::size_t>(s)];
        out[s] = even ? here : grid.at(c + p[0], r + p[1], depth);
      }
    }
  }
  return cut;
}

}  // namespace cmr
