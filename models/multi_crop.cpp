#include "models/multi_crop.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "models/augment.h"

namespace cmr {
namespace {

// Positions are in columns' widths from the centre of the first pixel; rows are converted at last.
PixelMap viewMap(const PretrainImage& image, int size, const AreaRange& area, std::mt19937_64& rng,
                 const MultiCropOptions& o) {
  const double width = image.columns;
  const double height = image.rows * image.rowsPerColumn;
  const double side = std::sqrt(drawUniform(rng, area.low, area.high) * width * height);
  const auto along = [&](double extent) {
    const double play = std::max(0.0, extent - side) / 2;
    return extent / 2 - 0.5 + drawUniform(rng, -play, play);
  };
  const double x = along(width);
  const double y = along(height);
  PixelMap map = rotatedMap(x, y, side / size, drawRotation(rng, o.rotationDegrees), size);
  if (drawChance(rng, o.flipProbability)) {
    for (const std::size_t row : {std::size_t{0}, std::size_t{3}}) {
      map.m[row + 2] += map.m[row] * (size - 1);
      map.m[row] = -map.m[row];
    }
  }
  const double shift = (image.rowsPerColumn - 1) / 2;  // both grids begin at the same edge
  for (const std::size_t i : {3U, 4U, 5U}) {
    map.m[i] = (map.m[i] - (i == 5 ? shift : 0)) / image.rowsPerColumn;
  }
  return map;
}

double meanOf(const std::vector<float>& pixels) {
  return std::accumulate(pixels.begin(), pixels.end(), 0.0) / static_cast<double>(pixels.size());
}

// A coarse look at what the view would show.
double meanUnder(const PretrainImage& image, const PixelMap& map, int size) {
  constexpr int points = 8;
  PixelMap coarse = map;
  const double step = static_cast<double>(size) / points;
  for (const std::size_t row : {std::size_t{0}, std::size_t{3}}) {
    coarse.m[row + 2] += (map.m[row] + map.m[row + 1]) * (step - 1) / 2;
    coarse.m[row] *= step;
    coarse.m[row + 1] *= step;
  }
  double sum = 0;
  for (int y = 0; y < points; ++y) {
    for (int x = 0; x < points; ++x) {
      const double column = coarse.m[0] * x + coarse.m[1] * y + coarse.m[2];
      const double row = coarse.m[3] * x + coarse.m[4] * y + coarse.m[5];
      const auto c = static_cast<int>(std::lround(column));
      const auto r = static_cast<int>(std::lround(row));
      if (c >= 0 && r >= 0 && c < image.columns && r < image.rows) {
        sum += static_cast<double>(
            image.pixels[static_cast<std::size_t>(r) * static_cast<std::size_t>(image.columns) +
                         static_cast<std::size_t>(c)]);
      }
    }
  }
  return sum / (points * points);
}

SourceImage sourceOf(const PretrainImage& image) {
  return {image.pixels, image.rows, image.columns};
}

void append(std::vector<float>& to, const std::vector<float>& view, std::size_t place) {
  std::copy(view.begin(), view.end(),
            to.begin() + static_cast<std::ptrdiff_t>(place * view.size()));
}

std::size_t squareOf(int side) {
  return static_cast<std::size_t>(side) * static_cast<std::size_t>(side);
}

}  // namespace

std::vector<float> drawView(const PretrainImage& image, int size, const AreaRange& area,
                            std::uint64_t seed, const MultiCropOptions& o) {
  constexpr int draws = 8;
  constexpr double leastShare = 0.5;  // of the picture's own mean
  std::mt19937_64 rng(seed);
  const double least = leastShare * meanOf(image.pixels);
  PixelMap map = viewMap(image, size, area, rng, o);
  for (int i = 1; i < draws && meanUnder(image, map, size) < least; ++i) {
    map = viewMap(image, size, area, rng, o);
  }
  std::vector<float> view = sampleImage(sourceOf(image), map, size);
  changeAppearance(view, size, rng, o.appearance);
  return view;
}

std::vector<float> plainView(const PretrainImage& image, int size) {
  std::vector<float> view =
      sampleImage(sourceOf(image),
                  wholeFieldMap(image.rows, image.columns, 1, image.rowsPerColumn, size), size);
  normaliseIntensity(view);
  return view;
}

MultiCropBatch drawMultiCrop(const MultiCropPlan& plan, std::int64_t number,
                             const ImageSequence& sequence) {
  const MultiCropOptions& o = plan.crops;
  const auto images = static_cast<std::size_t>(plan.images);
  const auto globals = static_cast<std::size_t>(o.globalCrops);
  const auto locals = static_cast<std::size_t>(o.localCrops);
  const std::size_t patches = squareOf(plan.masks.gridSide);
  MultiCropBatch batch;
  batch.number = number;
  batch.images = plan.images;
  batch.globals.resize(globals * images * squareOf(o.globalSize));
  batch.locals.resize(locals * images * squareOf(o.localSize));
  batch.masks.resize(globals * images * patches);
  for (std::size_t i = 0; i < images; ++i) {
    const std::uint64_t slot = static_cast<std::uint64_t>(number) * images + i;
    const PretrainImage image = sequence(slot);
    batch.names.push_back(image.name);
    for (std::size_t v = 0; v < globals + locals; ++v) {
      const std::uint64_t seed = mixSeed(plan.seed, slot, v);
      if (v >= globals) {
        append(batch.locals, drawView(image, o.localSize, o.localArea, seed, o),
               (v - globals) * images + i);
        continue;
      }
      append(batch.globals, drawView(image, o.globalSize, o.globalArea, seed, o), v * images + i);
      if (patches > 0) {
        const auto mask = drawPatchMask(plan.masks, mixSeed(seed, 1));
        std::copy(mask.begin(), mask.end(),
                  batch.masks.begin() + static_cast<std::ptrdiff_t>((v * images + i) * patches));
      }
    }
  }
  return batch;
}

}  // namespace cmr
