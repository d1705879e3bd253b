#include "models/phantom_landmarks.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numbers>
#include <optional>

namespace cmr {
namespace {

constexpr double pi = std::numbers::pi;

struct Cutter {
  const BodyPose& pose;
  const PlaneGeometry& plane;
  double thicknessMm;
  int rows;
  int columns;

  Vec3 patient(double radius, double angle, double level) const {
    return pose.body->originMm +
           pose.body->axes.toPatient(
               {radius * std::cos(angle), radius * std::sin(angle), pose.ventricles.height(level)});
  }
  double offPlane(Vec3 point) const { return patientToPixel(plane, point).offPlaneMm; }

  PhantomLandmark mark(PhantomLandmarkKind kind, Vec3 point) const {
    const PixelPosition p = patientToPixel(plane, point);
    const bool inField =
        p.column >= 0 && p.row >= 0 && p.column <= columns - 1 && p.row <= rows - 1;
    return {kind, inField, p.column, p.row};
  }

  // Where a curve through the heart meets the plane between two values of its parameter.
  std::optional<double> crossing(const std::function<Vec3(double)>& curve, double from,
                                 double to) const {
    double low = offPlane(curve(from));
    if (low * offPlane(curve(to)) > 0) return std::nullopt;
    for (int i = 0; i < 40; ++i) {
      const double middle = 0.5 * (from + to);
      const double at = offPlane(curve(middle));
      if (at * low > 0) {
        from = middle;
        low = at;
      } else {
        to = middle;
      }
    }
    return 0.5 * (from + to);
  }
};

Vec3 insertion(const Cutter& cut, double side, double level) {
  const PhantomHeart& h = cut.pose.body->heart;
  const double angle = h.rvCentreAngle + side * rvHalfAngle(h, level);
  const double epi = std::sqrt(std::max(0.0, cut.pose.ventricles.epiSquareAt(angle, level)));
  return cut.patient(epi, angle, level);
}

PhantomLandmark insertionMark(const Cutter& cut, PhantomLandmarkKind kind, double side) {
  const PhantomHeart& h = cut.pose.body->heart;
  const auto curve = [&](double level) { return insertion(cut, side, level); };
  const double from = std::max(0.02, 0.02 + valveLevel(h, 30, 0) + tricuspidOffset);
  const auto level = cut.crossing(curve, from, h.rvApexLevel - 0.05);
  return level ? cut.mark(kind, curve(*level)) : PhantomLandmark{kind, false, 0, 0};
}

// On the mitral plane the cavity's border, nearer to the axis where a plane runs
// through the outflow tract.
Vec3 annulus(const Cutter& cut, double angle, bool throughOutflow) {
  const PhantomBody& body = *cut.pose.body;
  double radius = std::sqrt(std::max(1.0, cut.pose.ventricles.endoSquareAt(angle, 0)));
  for (int i = 0; i < 3; ++i) {  // the plane is tilted: level and radius depend on each other
    const double level = valveLevel(body.heart, radius * std::cos(angle), radius * std::sin(angle));
    radius = std::sqrt(std::max(1.0, cut.pose.ventricles.endoSquareAt(angle, level)));
  }
  const auto at = [&](double r) {
    return cut.patient(r, angle, valveLevel(body.heart, r * std::cos(angle), r * std::sin(angle)));
  };
  const TubeSegment& outflow = cut.pose.vessels.outflow;
  if (throughOutflow && std::abs(std::remainder(angle - aorticAngle, 2 * pi)) < 0.6) {
    double inside = 0;
    while (inside < radius && distanceOutside(outflow, at(inside) - body.originMm) > 0) {
      inside += 0.5;
    }
    radius = std::min(radius, inside);
  }
  return at(radius);
}

std::vector<PhantomLandmark> longAxisMarks(const Cutter& cut, bool throughOutflow) {
  const PhantomBody& body = *cut.pose.body;
  std::vector<double> angles;
  constexpr int steps = 72;
  const auto curve = [&](double angle) { return annulus(cut, angle, throughOutflow); };
  for (int i = 0; i < steps; ++i) {
    const double from = -pi + 2 * pi * i / steps;
    if (const auto at = cut.crossing(curve, from, from + 2 * pi / steps)) angles.push_back(*at);
  }
  // Septal or anterior side first.
  const auto sideOf = [](double angle) { return std::cos(angle + 0.6); };
  std::sort(angles.begin(), angles.end(),
            [&](double a, double b) { return sideOf(a) > sideOf(b); });
  PhantomLandmark first{PhantomLandmarkKind::mitralFirst, false, 0, 0};
  PhantomLandmark second{PhantomLandmarkKind::mitralSecond, false, 0, 0};
  if (angles.size() >= 2) {
    first = cut.mark(first.kind, curve(angles.front()));
    second = cut.mark(second.kind, curve(angles.back()));
  }
  const Vec3 end = body.originMm + body.axes.toPatient({0, 0, cut.pose.ventricles.height(1)});
  const double off = cut.offPlane(end);
  const Vec3 normal = planeNormal(cut.plane);
  PhantomLandmark apex = cut.mark(PhantomLandmarkKind::apex, end - normal * off);
  apex.visible = apex.visible && std::abs(off) < 7;
  return {first, second, apex};
}

}  // namespace

std::string landmarkName(PhantomLandmarkKind kind) {
  constexpr std::array names{"anteriorInsertion", "inferiorInsertion", "mitralFirst",
                             "mitralSecond", "apex"};
  return names[static_cast<std::size_t>(kind)];
}

std::vector<PhantomLandmark> landmarksIn(const BodyPose& pose, PhantomView view,
                                         const ViewPlane& plane, int rows, int columns) {
  const Cutter cut{pose, plane.plane, plane.thicknessMm, rows, columns};
  switch (view) {
    case PhantomView::sax:
      return {insertionMark(cut, PhantomLandmarkKind::anteriorInsertion, -1),
              insertionMark(cut, PhantomLandmarkKind::inferiorInsertion, 1)};
    case PhantomView::twoChamber:
    case PhantomView::threeChamber:
    case PhantomView::fourChamber:
      return longAxisMarks(cut, view == PhantomView::threeChamber);
    default:
      return {};
  }
}

}  // namespace cmr
