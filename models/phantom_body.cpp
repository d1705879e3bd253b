#include "models/phantom_body.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "models/image_changes.h"
#include "models/smooth_noise.h"

namespace cmr {
namespace {

struct AtrialPoint {
  PhantomTissue tissue = PhantomTissue::air;
  double outsideMm = 1e9;
};

AtrialPoint atriumAt(const VesselPose& vessels, Vec3 heartPoint, bool aboveValve) {
  AtrialPoint best;
  for (const AtrialEllipsoid& e : vessels.atria) {
    const Vec3 d = heartPoint - e.centre;
    const double square = d.x * d.x / (e.semiAxes.x * e.semiAxes.x) +
                          d.y * d.y / (e.semiAxes.y * e.semiAxes.y) +
                          d.z * d.z / (e.semiAxes.z * e.semiAxes.z);
    if (square > 4) continue;
    const double level = std::sqrt(square);
    const double outside = norm(d) * (1 - 1 / std::max(level, 1e-3));
    if (aboveValve && outside < 0 && outside < best.outsideMm) best.tissue = e.tissue;
    best.outsideMm = std::min(best.outsideMm, outside);
  }
  if (best.tissue == PhantomTissue::air && aboveValve && best.outsideMm < 2) {
    best.tissue = PhantomTissue::vesselWall;
  }
  return best;
}

// Fat on the heart: thick in the grooves and over the right ventricle, thin over the lateral wall.
double fatThickness(const PhantomHeart& h, const VentriclePoint& at, Vec3 p) {
  const double side = std::max(0.0, std::cos(at.angle - h.fatAngle));
  const double half = rvHalfAngle(h, std::clamp(at.level, 0.0, 1.0));
  const auto groove = [&](double angle) {
    const double off = std::remainder(at.angle - angle, 6.283185307) / 0.24;
    return std::exp(-off * off);
  };
  const double grooves = groove(h.rvCentreAngle - half) + groove(h.rvCentreAngle + half);
  const double off = at.level / 0.13;
  const double atBase = std::exp(-off * off);
  const double patches =
      smoothNoise(p.x / 21, p.y / 21, p.z / 21, static_cast<std::uint32_t>(h.textureSeed >> 11U));
  return h.fatMm * (0.05 + 0.9 * side + 1.2 * grooves + 1.4 * atBase) * (0.8 + 0.9 * patches);
}

// What the outflow tracts add to the ventricles' bodies, counted on a grid.
OutflowVolumes outflowVolumes(const PhantomBody& body, const BodyPose& pose) {
  const auto addedMl = [&](const TubeSegment& s, auto counts) {
    constexpr double step = 2.5;
    const double reach = s.reachMm - vesselSurroundMm;
    int points = 0;
    for (double x = -reach; x < reach; x += step) {
      for (double y = -reach; y < reach; y += step) {
        for (double z = -reach; z < reach; z += step) {
          const Vec3 p = s.middle + Vec3{x, y, z};
          if (distanceOutside(s, p) >= 0) continue;
          points += counts(p, ventricleAt(body.heart, pose.ventricles, body.axes.toHeart(p)).tissue)
                        ? 1
                        : 0;
        }
      }
    }
    return points * step * step * step / 1000;
  };
  OutflowVolumes ml;
  ml.leftMl = addedMl(pose.vessels.outflow, [&](Vec3 p, PhantomTissue t) {
    return shortAxisStructure(t) != Structure::lvCavity && inOutflow(pose.vessels.outflow, p);
  });
  std::vector<TubeSegment> seen;
  for (const TubeSegment& s : pose.vessels.segments) {
    if (s.tissue != PhantomTissue::rvBlood) continue;
    ml.rightMl += addedMl(s, [&](Vec3 p, PhantomTissue t) {
      const bool counted = std::any_of(seen.begin(), seen.end(), [&](const TubeSegment& other) {
        return distanceOutside(other, p) < 0;
      });
      return !counted && (t == PhantomTissue::air || t == PhantomTissue::rvWall);
    });
    seen.push_back(s);
  }
  return ml;
}

}  // namespace

PhantomBody drawBody(std::uint64_t seed, PhantomDisease disease) {
  PhantomBody body;
  body.heart = drawHeart(seed, disease);
  body.axes = drawHeartAxes(seed ^ 0xA8E5ULL);
  body.shape = shapeVentricles(body.heart);
  body.torso = drawTorso(seed, body.heart);
  std::mt19937_64 rng(seed ^ 0x0216ULL);
  body.originMm = {drawNormal(rng, 15), drawNormal(rng, 15), drawNormal(rng, 25)};
  return body;
}

BodyPose poseBody(const PhantomBody& body, double phase) {
  BodyPose pose;
  pose.body = &body;
  pose.ventricles = poseVentricles(body.heart, body.shape, phase);
  pose.vessels = poseVessels(body.heart, body.axes, pose.ventricles);
  pose.ventricles = poseVentricles(body.heart, body.shape, phase, outflowVolumes(body, pose));
  return pose;
}

BodyPose nearPlane(const BodyPose& pose, Vec3 point, Vec3 normal, double halfThicknessMm) {
  BodyPose near = pose;
  const Vec3 local = point - pose.body->originMm;
  auto& segments = near.vessels.segments;
  const auto far = [&](const TubeSegment& s) {
    const double a = dot(s.from - local, normal);
    const double b = dot(s.to - local, normal);
    const double reach = std::max(s.radiusFrom, s.radiusTo) + s.wallMm + 8 + halfThicknessMm;
    return std::min(a, b) > reach || std::max(a, b) < -reach;
  };
  segments.erase(std::remove_if(segments.begin(), segments.end(), far), segments.end());
  return near;
}

PhantomTissue tissueAt(const BodyPose& pose, Vec3 patient) {
  const PhantomBody& body = *pose.body;
  const Vec3 p = patient - body.originMm;
  bool inMediastinum = false;
  // The vessels and the heart fill a part of the chest only.
  if (std::abs(p.x) < 130 && std::abs(p.y) < 120) {
    const Vec3 local = body.axes.toHeart(p);
    const VentriclePoint at = ventricleAt(body.heart, pose.ventricles, local);
    if (at.tissue == PhantomTissue::lvBlood || at.tissue == PhantomTissue::papillary) {
      return at.tissue;
    }
    const bool nearBase = std::abs(local.z - pose.ventricles.baseZ) < 34;
    if (nearBase) {
      if (inOutflow(pose.vessels.outflow, p)) return PhantomTissue::lvBlood;
    }
    if (at.tissue != PhantomTissue::air && at.tissue != PhantomTissue::rvWall) return at.tissue;
    double nearest = 1e9;
    bool wall = false;
    for (const TubeSegment& s : pose.vessels.segments) {
      const double outside = distanceOutside(s, p);
      if (outside < 0) return s.tissue;
      wall = wall || outside < s.wallMm;
      nearest = std::min(nearest, outside);
    }
    if (at.tissue == PhantomTissue::rvWall) return at.tissue;
    const AtrialPoint atrium = atriumAt(pose.vessels, local, at.aboveValve);
    if (atrium.tissue != PhantomTissue::air &&
        !(wall && atrium.tissue == PhantomTissue::vesselWall)) {
      return atrium.tissue;
    }
    if (wall) return PhantomTissue::vesselWall;
    const double outside = std::min(at.outsideMm, atrium.outsideMm);
    if (outside < 14) {
      const double fat = fatThickness(body.heart, at, p);
      if (outside < fat) return PhantomTissue::epicardialFat;
      if (outside < fat + 1.3) return PhantomTissue::pericardium;
      inMediastinum = outside < 1.6 * fat + 1.5;
    }
    inMediastinum = inMediastinum || nearest < 5;
  }
  return torsoAt(body.torso, p, inMediastinum);
}

}  // namespace cmr
