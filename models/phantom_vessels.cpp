#include "models/phantom_vessels.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "models/image_changes.h"

namespace cmr {
namespace {

using Rng = std::mt19937_64;

Vec3 unit(Vec3 v) { return v * (1 / norm(v)); }

// A point of a vessel: patient coordinates at end diastole, radius, and how much of the base's
// descent it follows.
struct Node {
  Vec3 at;
  double radius;
  double follows;
};

class VesselBuilder {
 public:
  VesselBuilder(Rng& rng, Vec3 descent) : rng_(rng), descent_(descent) {}

  void add(std::vector<TubeSegment>& out, PhantomTissue tissue, const std::vector<Node>& nodes,
           double jitterMm, double wallMm) {
    std::vector<Node> moved = nodes;
    for (std::size_t i = 0; i < moved.size(); ++i) {
      Vec3 shift{drawNormal(rng_, jitterMm), drawNormal(rng_, jitterMm),
                 drawNormal(rng_, jitterMm)};
      if (i == 0) shift = shift * 0.3;
      moved[i].at = moved[i].at + shift + descent_ * moved[i].follows;
    }
    for (std::size_t i = 0; i + 1 < moved.size(); ++i) {
      out.push_back(tubeSegment(moved[i].at, moved[i + 1].at, moved[i].radius, moved[i + 1].radius,
                                tissue, wallMm));
    }
  }

 private:
  Rng& rng_;
  Vec3 descent_;
};

std::vector<AtrialEllipsoid> poseAtria(const PhantomHeart& h, const VentriclePose& pose,
                                       double scale) {
  // The roofs stay; the valves go down with the base, so the atria are longest at end systole.
  const double roof = -46 * scale * h.atrialScale;
  const double kick = 1 + 0.05 * contraction(h, pose.phase);
  const double leftEnd = pose.baseZ + 7;
  const double leftHalf = 0.5 * (leftEnd - roof);
  const double rightEnd = pose.baseZ + 9;
  const double rightHalf = 0.5 * (rightEnd - roof + 4);
  const double s = scale * h.atrialScale * kick;
  const double rvWider = std::cbrt(h.rvEdvMl / 160);
  return {{{-7 * scale, 5 * scale, leftEnd - leftHalf},
           {24 * s, 27 * s, leftHalf},
           PhantomTissue::laBlood},
          {{44 * scale * std::max(0.9, rvWider), 6 * scale, rightEnd - rightHalf},
           {24 * s, 28 * s, rightHalf},
           PhantomTissue::raBlood}};
}

}  // namespace

HeartAxes drawHeartAxes(std::uint64_t seed) {
  Rng rng(seed);
  const double turn = drawNormal(rng, 0.12);
  const Vec3 z = unit(
      {0.64 + drawNormal(rng, 0.09), -0.56 + drawNormal(rng, 0.09), -0.53 + drawNormal(rng, 0.10)});
  const Vec3 rough = unit(Vec3{-0.75, -0.55, -0.33} + Vec3{0, -0.4, 0.6} * turn);
  const Vec3 x = unit(rough - z * dot(rough, z));
  return {x, cross(z, x), z};
}

TubeSegment tubeSegment(Vec3 from, Vec3 to, double radiusFrom, double radiusTo,
                        PhantomTissue tissue, double wallMm) {
  const Vec3 along = to - from;
  const double square = std::max(1e-6, dot(along, along));
  return {from,
          to,
          radiusFrom,
          radiusTo,
          tissue,
          wallMm,
          (from + to) * 0.5,
          0.5 * std::sqrt(square) + std::max(radiusFrom, radiusTo) + vesselSurroundMm,
          along,
          1 / square};
}

double distanceOutside(const TubeSegment& s, Vec3 p) {
  const double mx = p.x - s.middle.x;
  const double my = p.y - s.middle.y;
  const double mz = p.z - s.middle.z;
  if (mx * mx + my * my + mz * mz > s.reachMm * s.reachMm) return 2 * vesselSurroundMm;
  const double x = p.x - s.from.x;
  const double y = p.y - s.from.y;
  const double z = p.z - s.from.z;
  const double t =
      std::clamp((x * s.along.x + y * s.along.y + z * s.along.z) * s.perSquaredLength, 0.0, 1.0);
  const double gx = x - t * s.along.x;
  const double gy = y - t * s.along.y;
  const double gz = z - t * s.along.z;
  return std::sqrt(gx * gx + gy * gy + gz * gz) - (s.radiusFrom + t * (s.radiusTo - s.radiusFrom));
}

bool inOutflow(const TubeSegment& s, Vec3 p) {
  return dot(p - s.to, s.along) < 0 && distanceOutside(s, p) < 0;
}

VesselPose poseVessels(const PhantomHeart& h, const HeartAxes& axes, const VentriclePose& pose) {
  Rng rng(h.textureSeed ^ 0x7E55E15ULL);  // the same draws at every phase
  const double base = std::sqrt(std::max(100.0, pose.epiSquareAt(3.0, 0.02)));
  const double scale = std::clamp(base / 33, 0.8, 1.45);
  const double aortic = drawUniform(rng, 0.85, 1.15) * (0.9 + 0.002 * h.ageYears);
  VesselPose v;
  v.atria = poseAtria(h, pose, std::cbrt(scale * std::cbrt(h.lvEdvMl / 150)));

  const Vec3 descent = axes.z * pose.baseZ;
  VesselBuilder build(rng, descent);
  const auto heartPoint = [&](double across, double angle, double z) {
    return axes.toPatient({across * std::cos(angle), across * std::sin(angle), z});
  };
  const double valveAcross = 15.5 * scale;
  const Vec3 valve = heartPoint(valveAcross, aorticAngle, -5);
  const double root = 11.5 * aortic;
  v.outflow = tubeSegment(heartPoint(0.68 * valveAcross, aorticAngle, 14) + descent,
                          valve + descent, 0.9 * root, root, PhantomTissue::lvBlood, 0);
  // Pressure widens the aorta a little in systole.
  const double pulse = 1 + 0.04 * contraction(h, pose.phase);
  const double a = 14.0 * aortic * pulse;
  build.add(v.segments, PhantomTissue::aorta,
            {{valve, root, 1.0},
             {valve + axes.toPatient({3, -7, -9}), 1.12 * a, 0.8},
             {{-20, -24, 46}, a, 0.35},
             {{-17, -17, 78}, 0.98 * a, 0.1},
             {{-3, 2, 101}, 0.92 * a, 0},
             {{12, 28, 102}, 0.88 * a, 0},
             {{21, 47, 84}, 0.84 * a, 0},
             {{20, 55, 40}, 0.82 * a, 0},
             {{15, 56, -60}, 0.78 * a, 0},
             {{4, 52, -190}, 0.7 * a, 0}},
            1.2, 1.6);
  const double p = 13.0 * drawUniform(rng, 0.85, 1.15) *
                   (h.disease == PhantomDisease::abnormalRv ? 1.2 : 1.0) * pulse;
  const double rvStart = std::sqrt(std::max(100.0, pose.epiSquareAt(-0.8, 0.2)));
  const Vec3 pulmonaryValve = heartPoint(rvStart + 15, -1.48, -2);
  build.add(v.segments, PhantomTissue::rvBlood,
            {{heartPoint(rvStart + 14, -0.75, 24), 15 * scale, 0.8},
             {heartPoint(rvStart + 15, -1.12, 12), 14.5 * scale, 0.9},
             {pulmonaryValve, p, 0.9}},
            0.8, h.rvWallMm);
  const Vec3 fork = pulmonaryValve + Vec3{3, 26, 35};
  build.add(v.segments, PhantomTissue::pulmonaryArtery,
            {{pulmonaryValve, p, 0.9},
             {pulmonaryValve + Vec3{2, 10, 18}, 1.08 * p, 0.5},
             {fork, p, 0.15},
             {{-18, 8, 68}, 0.72 * p, 0},
             {{-52, 16, 62}, 0.6 * p, 0},
             {{-80, 22, 48}, 0.35 * p, 0}},
            1.0, 1.2);
  build.add(v.segments, PhantomTissue::pulmonaryArtery,
            {{fork, 0.85 * p, 0.15}, {{42, 32, 68}, 0.62 * p, 0}, {{70, 44, 40}, 0.35 * p, 0}}, 1.0,
            1.2);
  const Vec3 rightAtrium = axes.toPatient(v.atria[1].centre);
  build.add(
      v.segments, PhantomTissue::vein,
      {{rightAtrium + Vec3{2, 2, 18}, 11, 0.3}, {{-40, -4, 70}, 9.5, 0}, {{-38, -8, 130}, 8.5, 0}},
      1.0, 1);
  build.add(
      v.segments, PhantomTissue::vein,
      {{rightAtrium + Vec3{4, 8, -20}, 12, 0.3}, {{-30, 24, -62}, 12, 0}, {{-26, 40, -190}, 12, 0}},
      1.0, 1);
  const Vec3 leftAtrium = axes.toPatient(v.atria[0].centre);
  for (const auto& [side, up] : {std::pair{1, 1}, {1, -1}, {-1, 1}, {-1, -1}}) {
    const Vec3 out{side * 0.85, 0.3, up * 0.35};
    build.add(v.segments, PhantomTissue::vein,
              {{leftAtrium + out * 14, 8, 0.2},
               {leftAtrium + out * 44, 6.5, 0},
               {leftAtrium + out * 78 + Vec3{0, 0, up * 12.0}, 3.5, 0}},
              1.5, 1);
  }
  return v;
}

}  // namespace cmr
