#include "models/phantom_torso.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "models/image_changes.h"
#include "models/smooth_noise.h"

namespace cmr {
namespace {

using Rng = std::mt19937_64;

double square(double v) { return v * v; }

void traceSkin(PhantomTorso& t) {
  const auto last = static_cast<double>(t.skinMm.size() - 2);
  for (std::size_t i = 0; i < t.skinMm.size(); ++i) {
    const double x = static_cast<double>(i) / last;
    const double y = std::max(0.0, 1 - x);
    const double level = std::pow(
        std::pow(x / t.halfWidthMm, t.squareness) + std::pow(y / t.halfDepthMm, t.squareness),
        1 / t.squareness);
    t.skinMm[i] = std::hypot(x, y) / level;
  }
}

// Depth below the skin, negative outside.
double skinDepth(const PhantomTorso& t, double x, double y) {
  const double ax = std::abs(x);
  const double sum = ax + std::abs(y);
  if (sum < 1e-6) return t.halfDepthMm;
  const double at = ax / sum * static_cast<double>(t.skinMm.size() - 2);
  const auto i = static_cast<std::size_t>(at);
  const double f = at - static_cast<double>(i);
  return (1 - f) * t.skinMm[i] + f * t.skinMm[i + 1] - std::sqrt(x * x + y * y);
}

double fatDepth(const PhantomTorso& t, double x, double y, double z) {
  double fat = t.fatMm * (1 + 0.35 * square(x / t.halfWidthMm));
  if (y < 0 && t.breastMm > 0) {
    fat += t.breastMm * std::exp(-square((std::abs(x) - 75) / 38) - square((z + 5) / 55));
  }
  return fat;
}

// Vessels: where two smooth functions are both near zero there runs a curve through space.
bool onVessel(Vec3 p, double period, double width, std::uint32_t seed) {
  const double a = smoothNoise(p.x / period, p.y / period, p.z / period, seed);
  if (std::abs(a) > width) return false;
  const double b = smoothNoise(p.x / period, p.y / period, p.z / period, seed + 77U);
  return a * a + b * b < width * width;
}

double diaphragm(const PhantomTorso& t, double x, double y) {
  const double right = std::exp(-square((x + 80) / 52) - square((y - 5) / 62));
  const double left = std::exp(-square((x - 85) / 48) - square((y - 10) / 60));
  const double rim = square(x / t.halfWidthMm) + square(y / t.halfDepthMm);
  const double wave = 5 * static_cast<double>(smoothNoise(x / 45, y / 45, 0.3, t.seed + 71U));
  return t.diaphragmMm + wave + t.rightDomeMm * right + t.leftDomeMm * left - 70 * square(rim) -
         (y > 20 ? 0.35 * (y - 20) : 0);
}

PhantomTissue spineAt(const PhantomTorso& t, double x, double y, double z) {
  const double behind = y - (t.halfDepthMm - 50);  // from the middle of the vertebral body
  const double body = std::hypot(x / 1.15, behind);
  const double along = (z + 3 * t.ribPhase) / 27;
  if (body < 17) return along - std::floor(along) < 0.2 ? PhantomTissue::disc : PhantomTissue::bone;
  const double canal = std::hypot(x, behind - 25);
  if (canal < 7.5) return PhantomTissue::spinalFluid;
  if (canal < 12 || (std::abs(x) < 3.5 && behind > 30)) return PhantomTissue::bone;
  if (behind > -4 && square((std::abs(x) - 24) / 27) + square((behind - 22) / 24) < 1) {
    return PhantomTissue::muscle;
  }
  return PhantomTissue::air;
}

PhantomTissue chestWall(const PhantomTorso& t, double x, double y, double z, double depth) {
  if (y < 0 && std::abs(x) < 17 && depth < 11 && z > -75) return PhantomTissue::bone;  // sternum
  const double slope = 0.45 * (y + 0.25 * std::abs(x));
  const double wave = 5 * static_cast<double>(smoothNoise(x / 50, y / 50, z / 50, t.seed + 51U));
  const double rib = (z + slope + wave) / 29 + t.ribPhase;
  const double at = rib - std::floor(rib);
  if (at < 0.36 && depth > 0.35 * t.muscleMm && depth < 0.35 * t.muscleMm + 8.5) {
    return PhantomTissue::bone;
  }
  // Fat between the layers of muscle.
  const float n = smoothNoise(x / 14, y / 14, z / 20, t.seed + 5U);
  if (std::abs(depth - 0.3 * t.muscleMm) < 1.6 && n > 0) return PhantomTissue::subcutaneousFat;
  return PhantomTissue::muscle;
}

PhantomTissue abdomen(const PhantomTorso& t, double x, double y, double z, double below) {
  const Vec3 p{x, y, z};
  if (below < 3) return PhantomTissue::muscle;  // the diaphragm itself
  const double wave = smoothNoise(x / 43, y / 43, z / 43, t.seed + 61U);
  const double liverEdge = t.liverReachMm - 0.25 * (y + 40) - 0.22 * below + 22 * wave;
  if (x < liverEdge && y < 75) {
    return onVessel(p, 36, 0.13, t.seed + 11U) ? PhantomTissue::liverVessel : PhantomTissue::liver;
  }
  const Vec3 s = p - t.stomach;
  const double stomach = std::sqrt(square(s.x) + square(s.y * 0.9) + square(s.z * 0.75)) +
                         5 * static_cast<double>(smoothNoise(x / 25, y / 25, z / 25, t.seed + 3U));
  if (stomach < t.stomachMm) {
    return t.gasInStomach && s.y < -0.15 * t.stomachMm ? PhantomTissue::air
                                                       : PhantomTissue::stomach;
  }
  if (stomach < t.stomachMm + 4) return PhantomTissue::muscle;
  if (std::sqrt(square(x - 95) + square((y - 45) / 1.1) + square((z + 92) / 1.5)) < 38) {
    return PhantomTissue::spleen;
  }
  const float n = smoothNoise(x / 17, y / 17, z / 17, t.seed + 21U);
  if (n > 0.62F) return PhantomTissue::air;  // gas
  if (n > 0.08F) return n < 0.2F ? PhantomTissue::muscle : PhantomTissue::bowel;
  return PhantomTissue::abdominalFat;
}

// Fat between the lungs: a narrow strip behind the sternum, wider about the great vessels and in
// front of the spine.
bool betweenLungs(const PhantomTorso& t, double x, double y, double z) {
  const double wave = 9 * static_cast<double>(smoothNoise(y / 38, z / 38, 0.5, t.seed + 41U));
  const double off = std::abs(x - 4 - wave);
  const double behind = y / t.halfDepthMm;
  double width = 5 + t.mediastinalMm * std::exp(-square((behind - 0.15) / 0.30));
  width *= z > 25 ? 1 : 0.55;
  return off < width;
}

}  // namespace

PhantomTorso drawTorso(std::uint64_t seed, const PhantomHeart& h) {
  Rng rng(seed ^ 0x70250ULL);
  PhantomTorso t;
  const double bmi = h.weightKg / (h.heightM * h.heightM);
  const double lean = h.heightM / 1.72;
  t.fatMm = std::clamp(1.1 * (bmi - 18) + drawNormal(rng, 3), 3.0, 34.0);
  t.muscleMm = drawUniform(rng, 9, 17);
  t.halfWidthMm = 142 * lean + drawNormal(rng, 7) + t.fatMm;
  t.halfDepthMm = 100 * lean + drawNormal(rng, 6) + t.fatMm * 0.9;
  t.squareness = drawUniform(rng, 2.2, 2.8);
  if (h.sex == Sex::female) t.breastMm = drawUniform(rng, 5, 32);
  // The front of the heart touches the inside of the chest wall there.
  t.centre = {-14 + drawNormal(rng, 5),
              t.halfDepthMm - t.fatMm - t.muscleMm - 78 - drawUniform(rng, 0, 10), 0};
  t.ribPhase = drawUniform(rng, 0, 1);
  t.diaphragmMm = -58 + drawNormal(rng, 5);
  t.rightDomeMm = drawUniform(rng, 14, 38);
  t.leftDomeMm = drawUniform(rng, -5, 26);
  t.liverReachMm = drawUniform(rng, 5, 70);
  t.stomach = {drawUniform(rng, 58, 95), drawUniform(rng, -30, 15), drawUniform(rng, -125, -95)};
  t.stomachMm = drawUniform(rng, 22, 44);
  t.gasInStomach = drawChance(rng, 0.6);
  t.mediastinalMm = drawUniform(rng, 18, 34);
  t.seed = static_cast<std::uint32_t>(rng());
  traceSkin(t);
  return t;
}

PhantomTissue torsoAt(const PhantomTorso& t, Vec3 p, bool inMediastinum) {
  const double x = p.x - t.centre.x;
  const double y = p.y - t.centre.y;
  const double z = p.z;
  const double depth = skinDepth(t, x, y);
  if (depth < 0) return PhantomTissue::air;
  if (depth < 1.8) return PhantomTissue::skin;
  const double fat = fatDepth(t, x, y, z);
  if (depth < fat) {
    const float septum = smoothNoise(p.x / 22, p.y / 22, p.z / 22, t.seed + 9U);
    return std::abs(septum) < 0.013F ? PhantomTissue::muscle : PhantomTissue::subcutaneousFat;
  }
  const PhantomTissue spine = spineAt(t, x, y, z);
  if (spine != PhantomTissue::air) return spine;
  const double inner = depth - fat;
  if (inner < t.muscleMm) return chestWall(t, x, y, z, inner);
  const double below = diaphragm(t, x, y) - z;
  if (below > 0) return abdomen(t, x, y, z, below);
  if (inMediastinum || betweenLungs(t, x, y, z)) return PhantomTissue::mediastinalFat;
  return onVessel(p, 26, 0.07, t.seed + 31U) ? PhantomTissue::lungVessel : PhantomTissue::lung;
}

}  // namespace cmr
