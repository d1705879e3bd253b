#include "models/phantom_ventricles.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>

#include "models/smooth_noise.h"

namespace cmr {
namespace {

constexpr double pi = std::numbers::pi;
constexpr int levels = VentricleShape::levelCount;
constexpr int angles = VentricleShape::angleCount;
constexpr double angleStep = 2 * pi / angles;

std::size_t cell(int level, int angle) {
  return static_cast<std::size_t>(level) * angles + static_cast<std::size_t>(angle);
}

double smoothStep(double from, double to, double x) {
  const double t = std::clamp((x - from) / (to - from), 0.0, 1.0);
  return t * t * (3 - 2 * t);
}

// Square of the relative radius of a truncated, blunted ellipsoid: 1 at `centre`, 0 at level `end`,
// negative beyond; below the centre it narrows towards the base.
double profileSquare(double level, double centre, double end, double power) {
  if (level < centre) {
    const double u = (centre - level) / 0.8;
    return 1 - u * u;
  }
  const double u = (level - centre) / (end - centre);
  return 1 - std::pow(u, power);
}

double crossSection(const PhantomHeart& h, double angle) {
  double relative = 1;
  for (std::size_t i = 0; i < 3; ++i) {
    const double k = static_cast<double>(i + 2);
    relative += h.cosine[i] * std::cos(k * angle) + h.sine[i] * std::sin(k * angle);
  }
  const double off = std::remainder(angle - h.rvCentreAngle, 2 * pi) / 0.75;
  return relative - h.septalFlattening * std::exp(-off * off);
}

double wallThickness(const PhantomHeart& h, double angle, double level) {
  double mm = h.wallMm * (1 + 0.08 * std::cos(angle + 0.4));
  mm *= 1 - 0.22 * smoothStep(0.55, 1.0, level);
  if (h.septalExcess > 0) mm *= 1 + h.septalExcess * h.septalBulge.share(angle, level);
  if (h.infarct) mm *= 1 - (1 - h.infarctThinning) * h.infarct->share(angle, level);
  return mm;
}

double movementShare(const PhantomHeart& h, double angle, double level) {
  double share = 1 + 0.12 * (level - 0.4);
  if (h.infarct) share *= 1 - (1 - h.infarctMovement) * h.infarct->share(angle, level);
  return share;
}

// Integrals over the cavity of r^2/2 times 1, movement, movement^2, per mm of length.
struct CavityIntegrals {
  double area = 0;
  double moved = 0;
  double movedTwice = 0;
};

CavityIntegrals integrateCavity(const VentricleShape& shape) {
  CavityIntegrals sum;
  const double step = shape.levelAt(1) - shape.levelAt(0);
  for (int l = 0; l + 1 < levels; ++l) {
    // Trapezoids between levels, the part below the base and beyond the apex left out.
    const double from = std::max(0.0, shape.levelAt(l));
    const double to = shape.levelAt(l + 1);
    if (to <= 0) continue;
    for (int a = 0; a < angles; ++a) {
      const double m = static_cast<double>(shape.movement[cell(l, a)]);
      const auto low = static_cast<double>(shape.endoSquare[cell(l, a)]);
      const auto high = static_cast<double>(shape.endoSquare[cell(l + 1, a)]);
      const double first = high + (low - high) * (to - from) / step;
      double part = 0;
      if (first > 0 && high > 0)
        part = 0.5 * (first + high) * (to - from);
      else if (first > 0)
        part = 0.5 * first * (to - from) * first / (first - high);
      part *= 0.5 * angleStep;
      sum.area += part;
      sum.moved += part * m;
      sum.movedTwice += part * m * m;
    }
  }
  return sum;
}

void scaleToVolume(VentricleShape& shape, const PhantomHeart& h) {
  const double wanted = h.lvEdvMl * 1000 / h.lengthMm;
  const double scale = wanted / integrateCavity(shape).area;
  for (float& v : shape.endoSquare) v *= static_cast<float>(scale);
}

void addWall(VentricleShape& shape, const PhantomHeart& h, double endoScale) {
  for (int l = 0; l < levels; ++l) {
    const double level = shape.levelAt(l);
    for (int a = 0; a < angles; ++a) {
      const double angle = VentricleShape::angleAt(a);
      const double radius = endoScale * crossSection(h, angle) + wallThickness(h, angle, level);
      const double epi =
          radius * radius *
          profileSquare(level, h.profileCentre, shape.epicardialApexLevel, h.profilePower);
      const double endo = std::max(0.0, static_cast<double>(shape.endoSquare[cell(l, a)]));
      shape.wallSquare[cell(l, a)] = static_cast<float>(epi - endo);
    }
  }
}

double rvShape(const PhantomHeart& h, double level) {
  const double u = std::max(0.0, level - 0.12) / (h.rvApexLevel - 0.12);
  return u >= 1 ? 0 : std::pow(1 - u * u, 0.7);
}

double rvBulge(const PhantomHeart& h, double v) {
  const double w = 1 - v * v;
  return w <= 0 ? 0 : std::pow(w, h.rvRoundness);
}

// The reach of the free wall that gives the RV the volume asked for: quadratic in the reach.
void solveRightVentricle(const PhantomHeart& h, const VentricleShape& shape, VentriclePose& pose,
                         double volumeMl) {
  constexpr int around = 24;
  const double step = shape.levelAt(1) - shape.levelAt(0);
  double linear = 0;
  double square = 0;
  for (int l = 0; l < levels; ++l) {
    const double level = shape.levelAt(l);
    const double reach = rvShape(h, level);
    if (reach <= 0) continue;
    const double half = rvHalfAngle(h, level);
    for (int i = 0; i < around; ++i) {
      const double v = (2 * i + 1.0) / around - 1;
      const double bulge = rvBulge(h, v) * reach;
      const double angle = h.rvCentreAngle + v * half;
      const double epi = std::sqrt(std::max(0.0, pose.epiSquareAt(angle, level)));
      const double middle = epi + 0.6 * h.rvReachMm * bulge;
      const double valve = valveLevel(h, middle * std::cos(angle), middle * std::sin(angle));
      if (level < valve + tricuspidOffset) continue;
      const double area = 2 * half / around * step * pose.lengthMm;
      linear += epi * bulge * area;
      square += 0.5 * bulge * bulge * area;
    }
  }
  const double wanted = std::max(5.0, volumeMl) * 1000;
  const double reach =
      (-linear + std::sqrt(linear * linear + 4 * square * wanted)) / (2 * square + 1e-9);
  for (int l = 0; l < levels; ++l) {
    pose.rvReachMm[static_cast<std::size_t>(l)] = reach * rvShape(h, shape.levelAt(l));
  }
}

void placePapillaries(const PhantomHeart& h, const VentricleShape& shape, VentriclePose& pose) {
  for (std::size_t i = 0; i < 2; ++i) {
    for (int l = 0; l < levels; ++l) {
      const double level = shape.levelAt(l);
      const double tip = 0.36 + 0.04 * static_cast<double>(i);
      const double along = std::clamp((level - tip) / 0.42, 0.0, 1.0);
      const double endo = std::sqrt(std::max(0.0, pose.endoSquareAt(h.papillaryAngle[i], level)));
      const double taper =
          smoothStep(tip - 0.03, tip + 0.12, level) * (1 - smoothStep(0.82, 0.95, level));
      const auto index = static_cast<std::size_t>(l);
      pose.papillaryMm[i][index] =
          std::min(0.42 * endo,
                   h.papillaryMm * taper * std::sqrt(1.15 / pose.stretch) * (0.75 + 0.35 * along));
      pose.papillaryAt[i][index] =
          std::max(0.0, endo * (0.62 + 0.36 * along) - 0.2 * pose.papillaryMm[i][index]);
    }
  }
}

double between(const std::vector<float>& table, const VentriclePose& pose, double angle,
               double level) {
  const double at =
      std::clamp((level - pose.lowestLevel) / pose.levelsPerIndex, 0.0, levels - 1.001);
  const int l = static_cast<int>(at);
  const double tl = at - l;
  double turn = (angle + pi) / angleStep;
  if (turn < 0) turn += angles;
  int a = static_cast<int>(turn);
  const double ta = turn - a;
  if (a >= angles) a -= angles;
  const int b = a + 1 == angles ? 0 : a + 1;
  const auto v = [&](int li, int ai) { return static_cast<double>(table[cell(li, ai)]); };
  return (1 - tl) * ((1 - ta) * v(l, a) + ta * v(l, b)) +
         tl * ((1 - ta) * v(l + 1, a) + ta * v(l + 1, b));
}

double between(const std::array<double, levels>& table, const VentriclePose& pose, double level) {
  const double at =
      std::clamp((level - pose.lowestLevel) / pose.levelsPerIndex, 0.0, levels - 1.001);
  const auto l = static_cast<std::size_t>(at);
  const double t = at - static_cast<double>(l);
  return (1 - t) * table[l] + t * table[l + 1];
}

// Strands along the inner border, denser towards the apex.
bool trabecula(const PhantomHeart& h, Vec3 p, double borderMm, double thickMm, double level) {
  if (borderMm > thickMm) return false;
  const float n =
      smoothNoise(p.x / 3.2, p.y / 3.2, p.z / 9.0, static_cast<std::uint32_t>(h.textureSeed));
  return static_cast<double>(n) > 0.75 - 0.5 * h.trabeculation - 0.2 * level;
}

PhantomTissue insideCavity(const PhantomHeart& h, const VentriclePose& pose, Vec3 p,
                           const VentriclePoint& at, double r, double endo) {
  for (std::size_t i = 0; i < 2; ++i) {
    const double size = between(pose.papillaryMm[i], pose, at.level);
    if (size < 0.4) continue;
    const double centre = between(pose.papillaryAt[i], pose, at.level);
    const double dx = p.x - centre * std::cos(h.papillaryAngle[i]);
    const double dy = p.y - centre * std::sin(h.papillaryAngle[i]);
    if (dx * dx + dy * dy < size * size) return PhantomTissue::papillary;
  }
  if (at.level > 0.3 && trabecula(h, p, endo - r, 1 + 3 * h.trabeculation, at.level)) {
    return PhantomTissue::papillary;
  }
  return PhantomTissue::lvBlood;
}

PhantomTissue insideWall(const PhantomHeart& h, const VentriclePoint& at, double depth) {
  for (int i = 0; i < h.scarCount; ++i) {
    const ScarRegion& scar = h.scars[static_cast<std::size_t>(i)];
    if (depth < scar.depthFrom || depth > scar.depthTo) continue;
    const double share = scar.where.share(at.angle, at.level);
    // The rim is ragged: the wave front of necrosis thins towards the border.
    if (share > 0.5 + 0.3 * (depth - scar.depthFrom)) return PhantomTissue::scar;
  }
  return PhantomTissue::myocardium;
}

PhantomTissue insideRightVentricle(const PhantomHeart& h, Vec3 p, double borderMm, double level) {
  const float n = smoothNoise(p.x / 4.0, p.y / 4.0, p.z / 8.0,
                              static_cast<std::uint32_t>(h.textureSeed >> 32U));
  const double nearWall = std::clamp(1 - borderMm / 9, 0.0, 1.0);
  return static_cast<double>(n) > 0.95 - 0.45 * h.trabeculation * (nearWall + 0.4 * level)
             ? PhantomTissue::rvTrabecula
             : PhantomTissue::rvBlood;
}

}  // namespace

double VentricleShape::levelAt(int index) const {
  return lowestLevel + (highestLevel - lowestLevel) * index / (levelCount - 1);
}
double VentricleShape::angleAt(int index) { return -pi + angleStep * index; }

double VentriclePose::endoSquareAt(double angle, double atLevel) const {
  return between(endoSquare, *this, std::remainder(angle, 2 * pi), atLevel);
}
double VentriclePose::epiSquareAt(double angle, double atLevel) const {
  return between(epiSquare, *this, std::remainder(angle, 2 * pi), atLevel);
}

double rvHalfAngle(const PhantomHeart& h, double level) {
  return h.rvHalfAngle * (1 - 0.3 * std::max(0.0, level));
}

double valveLevel(const PhantomHeart& h, double x, double y) {
  return h.valveTilt * (x * std::cos(h.valveTiltAngle) + y * std::sin(h.valveTiltAngle));
}

VentricleShape shapeVentricles(const PhantomHeart& h) {
  VentricleShape shape;
  shape.epicardialApexLevel = 1 + h.apexWallMm / h.lengthMm;
  shape.highestLevel = shape.epicardialApexLevel + 0.06;
  const auto cells = static_cast<std::size_t>(levels) * angles;
  shape.endoSquare.resize(cells);
  shape.wallSquare.resize(cells);
  shape.movement.resize(cells);
  for (int l = 0; l < levels; ++l) {
    const double level = shape.levelAt(l);
    const double profile = profileSquare(level, h.profileCentre, 1, h.profilePower);
    for (int a = 0; a < angles; ++a) {
      const double angle = VentricleShape::angleAt(a);
      const double relative = crossSection(h, angle);
      shape.endoSquare[cell(l, a)] = static_cast<float>(relative * relative * profile);
      shape.movement[cell(l, a)] = static_cast<float>(movementShare(h, angle, level));
    }
  }
  const double before = static_cast<double>(shape.endoSquare[cell(levels / 2, 0)]);
  scaleToVolume(shape, h);
  addWall(shape, h, std::sqrt(static_cast<double>(shape.endoSquare[cell(levels / 2, 0)]) / before));
  return shape;
}

VentriclePose poseVentricles(const PhantomHeart& h, const VentricleShape& shape, double phase,
                             const OutflowVolumes& outflow) {
  VentriclePose pose;
  pose.phase = phase;
  const double whole = shape.epicardialApexLevel * h.lengthMm;
  pose.stretch = 1 - h.descentMm * contraction(h, phase) / whole;
  pose.lengthMm = h.lengthMm * pose.stretch;
  pose.baseZ = whole * (1 - pose.stretch);  // the epicardial apex stays where it is
  pose.lowestLevel = VentricleShape::lowestLevel;
  pose.levelsPerIndex = shape.levelAt(1) - shape.levelAt(0);
  const CavityIntegrals cavity = integrateCavity(shape);
  const double wanted = (lvVolumeMl(h, phase) - outflow.leftMl) * 1000 / pose.lengthMm;
  // wanted = area - 2 c moved + c^2 movedTwice
  const double root = cavity.moved * cavity.moved - cavity.movedTwice * (cavity.area - wanted);
  const double inward =
      std::min(0.85, (cavity.moved - std::sqrt(std::max(0.0, root))) / cavity.movedTwice);
  pose.endoSquare.resize(shape.endoSquare.size());
  pose.epiSquare.resize(shape.endoSquare.size());
  for (std::size_t i = 0; i < shape.endoSquare.size(); ++i) {
    const auto moved = 1 - static_cast<float>(inward) * shape.movement[i];
    pose.endoSquare[i] = shape.endoSquare[i] * moved * moved;
    pose.epiSquare[i] =
        std::max(0.0F, pose.endoSquare[i]) + shape.wallSquare[i] / static_cast<float>(pose.stretch);
  }
  solveRightVentricle(h, shape, pose, rvVolumeMl(h, phase) - outflow.rightMl);
  placePapillaries(h, shape, pose);
  return pose;
}

VentriclePoint ventricleAt(const PhantomHeart& h, const VentriclePose& pose, Vec3 p) {
  VentriclePoint at;
  at.level = pose.level(p.z);
  const double square = p.x * p.x + p.y * p.y;
  if (square > 130.0 * 130.0 || at.level < VentricleShape::lowestLevel || at.level > 1.6) {
    at.aboveValve = at.level < 0;
    return at;
  }
  at.angle = std::atan2(p.y, p.x);
  const double valve = valveLevel(h, p.x, p.y);
  at.aboveValve = at.level < valve;
  const double r = std::sqrt(square);
  const double endoSquare = between(pose.endoSquare, pose, at.angle, at.level);
  const double epiSquare = between(pose.epiSquare, pose, at.angle, at.level);
  const double epi = epiSquare > 0 ? std::sqrt(epiSquare) : 0;
  if (!at.aboveValve && square < epiSquare) {
    if (square < endoSquare) {
      at.tissue = insideCavity(h, pose, p, at, r, std::sqrt(endoSquare));
    } else {
      const double endo = endoSquare > 0 ? std::sqrt(endoSquare) : 0;
      at.tissue = insideWall(h, at, (r - endo) / std::max(0.5, epi - endo));
    }
    return at;
  }
  const double belowApex =
      at.level > 1 ? (at.level - 1) * pose.lengthMm - h.apexWallMm / pose.stretch : 0;
  const double aside = std::max(0.0, r - epi);
  const double beyond = std::max(0.0, belowApex);
  at.outsideMm = std::sqrt(aside * aside + beyond * beyond);
  double off = at.angle - h.rvCentreAngle;  // both within the circle
  off += off < -pi ? 2 * pi : off > pi ? -2 * pi : 0;
  const double v = off / rvHalfAngle(h, at.level);
  const double reach = between(pose.rvReachMm, pose, at.level);
  if (std::abs(v) >= 1.12 || reach <= 0) return at;
  const double freeWall = epi + reach * rvBulge(h, v);
  at.outsideMm = std::min(at.outsideMm, std::max(0.0, r - freeWall - h.rvWallMm));
  if (at.level < valve + tricuspidOffset) {
    at.aboveValve = true;
    return at;
  }
  if (r < freeWall) {
    at.tissue = insideRightVentricle(h, p, freeWall - r, at.level);
  } else if (r < freeWall + h.rvWallMm) {
    at.tissue = PhantomTissue::rvWall;
  }
  return at;
}

}  // namespace cmr
