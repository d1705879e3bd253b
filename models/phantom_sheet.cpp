#include "models/phantom_sheet.h"

#include <algorithm>
#include <cmath>

#include "models/phantom_sample.h"
#include "models/picture_text.h"
#include "models/png_file.h"

namespace cmr {
namespace {

constexpr int columnsOfSheet = 6;
constexpr int shade = 6;  // grey values apart: looks the same, and the file is half as large
constexpr int candidates = 4;
constexpr int titleHeight = textHeight + 4;

// Maps in windows of milliseconds, velocities about mid-grey, the rest by percentiles.
SheetTile tileOfSample(const PhantomSample& s, const std::string& title) {
  const auto fixed = [&](float low, float high) {
    SheetTile t{title, s.rows, s.columns, {}};
    for (const float v : s.image) {
      t.grey.push_back(
          static_cast<std::uint8_t>(std::clamp(255 * (v - low) / (high - low), 0.0F, 255.0F)));
    }
    return t;
  };
  switch (s.sequence) {
    case PhantomSequence::t1Map:
      return fixed(0, 2200);
    case PhantomSequence::t2Map:
      return fixed(0, 130);
    case PhantomSequence::flowPhase:
      return fixed(0, 4095);
    default:
      return tileOf(title, s.rows, s.columns, s.image);
  }
}

// Of a few hearts the one whose section shows most of the left ventricle's wall: a slice above the
// valve or beyond the apex says little to the eye.
std::uint64_t tellingSeed(std::uint64_t seed, const PhantomRequest& request) {
  if (request.view == PhantomView::aorta || request.view == PhantomView::localizer) return seed;
  std::uint64_t best = seed;
  std::ptrdiff_t most = -1;
  for (int i = 0; i < candidates; ++i) {
    const std::uint64_t own = seed + 100000U * static_cast<std::uint64_t>(i);
    const PhantomSample sample = drawPhantom(own, request);
    const std::ptrdiff_t wall =
        std::count_if(sample.tissues.begin(), sample.tissues.end(), [](std::uint8_t t) {
          return t == static_cast<std::uint8_t>(PhantomTissue::myocardium) ||
                 t == static_cast<std::uint8_t>(PhantomTissue::scar);
        });
    if (wall > most) {
      best = own;
      most = wall;
    }
  }
  return best;
}

std::vector<SheetTile> phantomTiles(std::uint64_t seed) {
  struct Wish {
    PhantomView view;
    PhantomSequence sequence;
    PhantomDisease disease;
    double phase;
  };
  using V = PhantomView;
  using S = PhantomSequence;
  using D = PhantomDisease;
  std::vector<Wish> wishes;
  for (const D d : allPhantomDiseases) {
    wishes.push_back({V::sax, S::cine, d, 0});
    if (d == D::normal) wishes.push_back({V::sax, S::cine, d, 0.36});
  }
  for (const V v : {V::twoChamber, V::threeChamber, V::fourChamber}) {
    wishes.push_back({v, S::cine, D::normal, 0});
    wishes.push_back({v, S::cine, D::normal, 0.36});
  }
  wishes.insert(wishes.end(), {{V::fourChamber, S::cine, D::dilated, 0},
                               {V::fourChamber, S::cine, D::hypertrophic, 0},
                               {V::fourChamber, S::cine, D::abnormalRv, 0},
                               {V::aorta, S::cine, D::normal, 0.2},
                               {V::aorta, S::cine, D::normal, 0.15},
                               {V::aorta, S::flowPhase, D::normal, 0.15},
                               {V::sax, S::lge, D::infarct, 0.75},
                               {V::sax, S::lgePsir, D::infarct, 0.75},
                               {V::sax, S::lge, D::hypertrophic, 0.75},
                               {V::twoChamber, S::lge, D::infarct, 0.75},
                               {V::fourChamber, S::lgePsir, D::infarct, 0.75},
                               {V::sax, S::lgePsir, D::normal, 0.75},
                               {V::sax, S::t1Map, D::normal, 0.75},
                               {V::sax, S::molli, D::normal, 0.75},
                               {V::sax, S::t2Map, D::normal, 0.75},
                               {V::sax, S::t2Prep, D::normal, 0.75},
                               {V::sax, S::perfusion, D::normal, 0.75},
                               {V::sax, S::blackBlood, D::normal, 0.75}});
  for (int i = 0; i < 6; ++i) wishes.push_back({V::localizer, S::scout, D::normal, 0.7});
  std::vector<SheetTile> tiles;
  std::uint64_t own = 0;
  for (std::size_t i = 0; i < wishes.size(); ++i) {
    const Wish& w = wishes[i];
    PhantomRequest request;
    request.view = w.view;
    request.sequence = w.sequence;
    request.disease = w.disease;
    request.phase = w.phase;
    // Both phases of one heart stand side by side.
    if (w.phase != 0.36) own = tellingSeed(seed * 1000 + i, request);
    tiles.push_back(tileOfSample(
        drawPhantom(own, request),
        viewName(w.view) + " " + sequenceName(w.sequence) + " " + diseaseName(w.disease)));
  }
  return tiles;
}

std::vector<std::uint8_t> greyOf(const RgbPicture& picture) {
  std::vector<std::uint8_t> grey(picture.rgb.size() / 3);
  for (std::size_t i = 0; i < grey.size(); ++i) grey[i] = picture.rgb[3 * i];
  return grey;
}

void paste(RgbPicture& picture, const SheetTile& tile, int left, int top, int size) {
  const double scale = static_cast<double>(std::max(tile.rows, tile.columns)) / size;
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      const double c = (x + 0.5 - 0.5 * size) * scale + 0.5 * tile.columns;
      const double r = (y + 0.5 - 0.5 * size) * scale + 0.5 * tile.rows;
      if (c < 0 || r < 0 || c >= tile.columns || r >= tile.rows) continue;
      // The mean of the source pixels that this one covers.
      const int span = std::max(1, static_cast<int>(std::lround(scale)));
      int sum = 0;
      int counted = 0;
      for (int dr = 0; dr < span; ++dr) {
        for (int dc = 0; dc < span; ++dc) {
          const int rr = std::min(tile.rows - 1, static_cast<int>(r) + dr);
          const int cc = std::min(tile.columns - 1, static_cast<int>(c) + dc);
          sum += tile.grey[static_cast<std::size_t>(rr) * static_cast<std::size_t>(tile.columns) +
                           static_cast<std::size_t>(cc)];
          ++counted;
        }
      }
      const auto grey = static_cast<std::uint8_t>(sum / counted / shade * shade);
      picture.set(left + x, top + y, {grey, grey, grey});
    }
  }
  drawText(picture, left + 2, top + size + 2, tile.title);
}

}  // namespace

SheetTile tileOf(const std::string& title, int rows, int columns,
                 const std::vector<float>& pixels) {
  std::vector<float> sorted = pixels;
  std::sort(sorted.begin(), sorted.end());
  const auto at = [&](double share) {
    return sorted.empty()
               ? 0.0F
               : sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
  };
  const float low = at(0.01);
  const float high = std::max(low + 1e-6F, at(0.995));
  SheetTile tile{title, rows, columns, {}};
  for (const float v : pixels) {
    tile.grey.push_back(
        static_cast<std::uint8_t>(std::clamp(255 * (v - low) / (high - low), 0.0F, 255.0F)));
  }
  return tile;
}

void drawPhantomSheet(const std::string& path, std::uint64_t seed, int tilePixels,
                      const std::vector<SheetTile>& real) {
  std::vector<SheetTile> tiles = phantomTiles(seed);
  while (tiles.size() % columnsOfSheet != 0) tiles.push_back({"", 1, 1, {255}});
  tiles.insert(tiles.end(), real.begin(), real.end());
  const int count = static_cast<int>(tiles.size());
  const int lines = (count + columnsOfSheet - 1) / columnsOfSheet;
  RgbPicture picture(columnsOfSheet * (tilePixels + 2), lines * (tilePixels + titleHeight), 255);
  for (int i = 0; i < count; ++i) {
    paste(picture, tiles[static_cast<std::size_t>(i)], (i % columnsOfSheet) * (tilePixels + 2),
          (i / columnsOfSheet) * (tilePixels + titleHeight), tilePixels);
  }
  writePngGray(path, picture.width, picture.height, greyOf(picture));
}

}  // namespace cmr
