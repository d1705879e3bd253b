#include "models/sax_phantom.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>
#include <string>
#include <vector>

#include "models/heart_section.h"
#include "models/scanner_look.h"

namespace cmr {
namespace {

constexpr double pi = std::numbers::pi;
using Rng = std::mt19937_64;

double uniform(Rng& rng, double low, double high) {
  return std::uniform_real_distribution<double>(low, high)(rng);
}

// Signal levels of bSSFP at 1.5 T relative to fat: fluid and fat bright (T2/T1 weighting), muscle
// and myocardium dark grey, liver between, lung nearly nothing; each with wide jitter, since coils,
// flip angles and windows vary more than tissues do.
struct SignalLevels {
  double blood, myocardium, fat, lung, liver, muscle, spine, rv;
};

SignalLevels drawLevels(Rng& rng) {
  SignalLevels s{};
  s.blood = uniform(rng, 0.35, 0.85);
  s.myocardium = s.blood * uniform(rng, 0.18, 0.6);
  s.fat = uniform(rng, 0.5, 1.4);
  s.lung = uniform(rng, 0.01, 0.1);
  s.liver = s.blood * uniform(rng, 0.3, 0.9);
  s.muscle = s.blood * uniform(rng, 0.2, 0.6);
  s.spine = s.blood * uniform(rng, 0.4, 1.0);
  s.rv = s.blood * uniform(rng, 0.75, 1.1);
  return s;
}

struct Chest {
  Ellipse outer;      // skin
  double fatMm = 15;  // under the skin
  double muscleMm = 10;
  double diaphragmY = 40;  // below it lies the abdomen
  double diaphragmSlope = 0;
  Ellipse stomach;
  Ellipse spine;
  Ellipse aorta;
  double pericardialFatMm = 4;
  double fatAngle = 0;
};

Chest drawChest(Rng& rng, double heartX, double heartY) {
  Chest c;
  c.outer = {-heartX + uniform(rng, -25, 25), -heartY + uniform(rng, -15, 25),
             uniform(rng, 130, 190), uniform(rng, 95, 150), uniform(rng, -0.35, 0.35)};
  c.fatMm = uniform(rng, 4, 35);
  c.muscleMm = uniform(rng, 6, 18);
  c.diaphragmY = uniform(rng, 28, 60);
  c.diaphragmSlope = uniform(rng, -0.5, 0.5);
  c.stomach = {uniform(rng, 0, 70), c.diaphragmY + uniform(rng, 20, 50), uniform(rng, 15, 40),
               uniform(rng, 12, 30), uniform(rng, 0, pi)};
  c.spine = {uniform(rng, 20, 70), uniform(rng, 60, 110), uniform(rng, 15, 22),
             uniform(rng, 14, 20), 0};
  c.aorta = {uniform(rng, 40, 75), uniform(rng, 20, 60), uniform(rng, 8, 14), uniform(rng, 8, 14),
             0};
  c.pericardialFatMm = uniform(rng, 0, 10);
  c.fatAngle = uniform(rng, -pi, pi);
  return c;
}

double surroundings(const Chest& c, const SignalLevels& s, double x, double y, double texture) {
  const double level = c.outer.level(x, y);
  if (level > 1) return 0;
  const double depthMm = (1 - level) * c.outer.across;
  if (depthMm < c.fatMm) return s.fat * (1 + 0.1 * texture);
  if (depthMm < c.fatMm + c.muscleMm) return s.muscle * (1 + 0.25 * texture);
  if (c.spine.level(x, y) < 1) return s.spine * (1 + 0.15 * texture);
  if (c.aorta.level(x, y) < 1) return s.blood * (1 + 0.08 * texture);
  if (y > c.diaphragmY + c.diaphragmSlope * x) {
    const double stomach = c.stomach.level(x, y);
    if (stomach < 0.9) return s.liver * 0.5 * (1 + 0.3 * texture);
    if (stomach < 1) return s.muscle;
    return s.liver * (1 + 0.22 * texture);
  }
  return s.lung * (1 + 0.8 * std::max(0.0, texture)) + (texture > 2.1 ? 0.5 * s.blood : 0);
}

// Fat about the heart: a rim whose thickness varies with the angle.
bool inPericardialFat(const HeartSection& h, const Chest& c, double x, double y) {
  if (c.pericardialFatMm <= 0 || h.level == SectionLevel::aboveBase) return false;
  const double angle = std::atan2(y, x);
  const double outer =
      h.level == SectionLevel::belowApex ? 12 : h.endocardium.at(angle) + h.wallMm.at(angle);
  const double rim = c.pericardialFatMm * (1 + std::cos(angle - c.fatAngle));
  if (std::hypot(x, y) < outer + rim) return true;
  return h.hasRightVentricle &&
         h.rightVentricle.level(x, y) < 1 + (h.rvWallMm + 0.6 * rim) / h.rightVentricle.across;
}

double tissueSignal(Tissue t, const SignalLevels& s, double texture) {
  switch (t) {
    case Tissue::blood:
      return s.blood * (1 + 0.06 * texture);
    case Tissue::rvBlood:
      return s.rv * (1 + 0.08 * texture);
    case Tissue::vesselBlood:
      return s.blood * (1 + 0.1 * texture);
    case Tissue::papillary:
      return s.myocardium * 1.15;
    case Tissue::myocardium:
      return s.myocardium * (1 + 0.1 * texture);
    case Tissue::rvWall:
    case Tissue::vesselWall:
      return s.myocardium * 1.3;
    case Tissue::none:
      break;
  }
  return 0;
}

// Trabeculae: the endocardial border carries dark strands that still count as cavity.
bool trabecula(const SectionPoint& p, double borderMm, double texture, double amount) {
  return (p.tissue == Tissue::blood && borderMm < 4.5 && texture > 1.5 - amount) ||
         (p.tissue == Tissue::rvBlood && texture > 2.2 - amount);
}

}  // namespace

TrainingFrame drawSaxPhantom(std::uint64_t seed, const PhantomOptions& o) {
  Rng rng(seed);
  const HeartSection heart = drawSection(rng);
  const SignalLevels levels = drawLevels(rng);
  const double spreadMm = 0.13 * o.columns * o.spacingMm;
  const double heartX = std::clamp(std::normal_distribution<double>(0, spreadMm * 0.5)(rng),
                                   -spreadMm * 1.6, spreadMm * 1.6);
  const double heartY = std::clamp(std::normal_distribution<double>(0, spreadMm * 0.5)(rng),
                                   -spreadMm * 1.6, spreadMm * 1.6);
  const Chest chest = drawChest(rng, heartX, heartY);
  const double trabeculation = uniform(rng, 0, 1.1);
  const std::vector<float> texture = texturedNoise(rng, o.rows, o.columns, uniform(rng, 1.2, 3.0));

  TrainingFrame frame;
  frame.name = frame.patient = "phantom-" + std::to_string(seed);
  frame.source = "phantom";
  frame.rows = o.rows;
  frame.columns = o.columns;
  frame.spacingMm = o.spacingMm;
  frame.known = anyStructure;
  frame.pixels.resize(texture.size());
  frame.allowed.resize(texture.size());
  for (int r = 0; r < o.rows; ++r) {
    const double y = (r - (o.rows - 1) / 2.0) * o.spacingMm - heartY;
    for (int c = 0; c < o.columns; ++c) {
      const double x = (c - (o.columns - 1) / 2.0) * o.spacingMm - heartX;
      const auto i = static_cast<std::size_t>(r) * static_cast<std::size_t>(o.columns) +
                     static_cast<std::size_t>(c);
      const auto grain = static_cast<double>(texture[i]);
      const SectionPoint point = sectionAt(heart, x, y);
      frame.allowed[i] = bitOf(point.structure);
      double signal = 0;
      if (point.tissue == Tissue::none) {
        signal = inPericardialFat(heart, chest, x, y) ? levels.fat * 0.8
                                                      : surroundings(chest, levels, x, y, grain);
      } else {
        const double border = heart.endocardium.at(std::atan2(y, x)) - std::hypot(x, y);
        signal = trabecula(point, border, grain, trabeculation)
                     ? levels.myocardium * 1.3
                     : tissueSignal(point.tissue, levels, grain);
      }
      frame.pixels[i] = static_cast<float>(std::max(0.0, signal));
    }
  }
  applyScannerLook(frame.pixels, o.rows, o.columns, rng);
  return frame;
}

}  // namespace cmr
