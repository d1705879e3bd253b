#include "models/phantom_views.h"

#include <algorithm>
#include <cmath>

#include "analysis/errors.h"
#include "models/image_changes.h"

namespace cmr {
namespace {

Vec3 unit(Vec3 v) { return v * (1 / norm(v)); }

struct Axes {
  Vec3 row;
  Vec3 column;
};

void turn(Vec3& a, Vec3& b, double angle) {
  const Vec3 first = a * std::cos(angle) + b * std::sin(angle);
  b = b * std::cos(angle) - a * std::sin(angle);
  a = first;
}

Axes tilted(Axes axes, Vec3 tilt) {
  Vec3 normal = cross(axes.row, axes.column);
  turn(axes.column, normal, tilt.x);
  turn(normal, axes.row, tilt.y);
  turn(axes.row, axes.column, tilt.z);
  return axes;
}

ViewPlane place(Vec3 middle, Axes axes, const FieldSize& size, const PlanningError& error) {
  axes = tilted(axes, error.tilt);
  const Vec3 normal = cross(axes.row, axes.column);
  middle = middle + axes.row * error.shiftMm.x + axes.column * error.shiftMm.y +
           normal * error.shiftMm.z;
  return {planeAbout(middle, axes.row, axes.column, size), 8};
}

// In-plane directions closest to what is left (row) and down or back (column) in the patient.
Axes upright(Vec3 normal, Vec3 wantedRow) {
  const Vec3 row = unit(wantedRow - normal * dot(wantedRow, normal));
  return {row, cross(normal, row)};
}

Vec3 patientPoint(const PhantomBody& body, Vec3 heart) {
  return body.originMm + body.axes.toPatient(heart);
}

double longAxisAngle(const PhantomBody& body, PhantomView view) {
  switch (view) {
    case PhantomView::fourChamber:
      return body.heart.rvCentreAngle + 0.42;  // through the acute margin of the RV
    case PhantomView::twoChamber:
      return -1.85;  // anterior and inferior wall, clear of the RV
    case PhantomView::threeChamber:
      return aorticAngle;
    default:
      throw InputError(viewName(view) + " is no long-axis view");
  }
}

}  // namespace

PlanningError drawPlanningError(std::mt19937_64& rng) {
  PlanningError e;
  e.tilt = {drawNormal(rng, 0.06), drawNormal(rng, 0.06), drawNormal(rng, 0.2)};
  e.shiftMm = {drawNormal(rng, 12), drawNormal(rng, 12), 0};
  return e;
}

PlaneGeometry planeAbout(Vec3 middle, Vec3 row, Vec3 column, const FieldSize& size) {
  const double half = 0.5 * size.spacingMm;
  return {middle - row * (half * (size.columns - 1)) - column * (half * (size.rows - 1)), row,
          column, size.spacingMm, size.spacingMm};
}

ViewPlane saxPlane(const PhantomBody& body, double level, const FieldSize& size,
                   const PlanningError& error) {
  // The heart's middle in the plane lies between the ventricles.
  const Vec3 middle = patientPoint(body, {12, 0, level * body.heart.lengthMm});
  return place(middle, {body.axes.x * -1, body.axes.y}, size, error);
}

ViewPlane stackSlice(const PhantomBody& body, double depthMm, const FieldSize& size,
                     const PlanningError& error) {
  constexpr double planned = 0.4;  // the level at which the stack is centred
  ViewPlane slice = saxPlane(body, planned, size, error);
  const double away = planned * body.heart.lengthMm - depthMm;  // towards the base
  slice.plane.originMm = slice.plane.originMm + planeNormal(slice.plane) * away;
  return slice;
}

ViewPlane longAxisPlane(const PhantomBody& body, PhantomView view, const FieldSize& size,
                        const PlanningError& error) {
  const double angle = longAxisAngle(body, view);
  const Vec3 across = body.axes.x * std::cos(angle) + body.axes.y * std::sin(angle);
  Vec3 normal = cross(across, body.axes.z);
  // As scanners turn them: four-chamber like an axial picture, the others like a sagittal one.
  const Vec3 wanted = view == PhantomView::fourChamber ? Vec3{1, 0.35, 0} : Vec3{0.3, 1, 0.1};
  Axes axes = upright(normal, wanted);
  const Vec3 down = view == PhantomView::fourChamber ? Vec3{0, 1, -0.4} : Vec3{0, 0, -1};
  if (dot(axes.column, down) < 0) axes = upright(normal * -1, wanted);
  const double shiftAcross = view == PhantomView::fourChamber ? 12 : 0;
  const Vec3 middle =
      body.originMm + across * shiftAcross + body.axes.z * (0.32 * body.heart.lengthMm);
  return place(middle, axes, size, error);
}

ViewPlane aortaPlane(const PhantomBody& body, AorticCut cut, const FieldSize& size,
                     const PlanningError& error) {
  ViewPlane v;
  switch (cut) {
    case AorticCut::transverse:  // across ascending and descending aorta at the pulmonary fork
      v = place(body.originMm + Vec3{0, 10, 62},
                upright(unit(cross({1, 0, 0.05}, {0, 1, 0.12})), {1, 0, 0}), size, error);
      break;
    case AorticCut::outflow: {  // coronal through the outflow tract and the ascending aorta
      const Vec3 valve = patientPoint(body, {10, -12, -5});
      const Vec3 up = unit(body.originMm + Vec3{-19, -22, 60} - valve);
      const Vec3 normal = unit(cross(up, body.axes.z));
      const Axes axes = upright(normal.y < 0 ? normal * -1 : normal, {1, 0, 0});
      v = place(valve, axes, size, error);
      break;
    }
    case AorticCut::arch: {  // sagittal oblique through both sides of the arch
      const Vec3 across = unit(Vec3{21, 47, 84} - Vec3{-17, -17, 78});
      const Vec3 normal = unit(cross(across, {0, 0, -1}));
      v = place(body.originMm + Vec3{2, 16, 60}, {across, cross(normal, across)}, size, error);
      break;
    }
  }
  v.thicknessMm = 6;
  return v;
}

ViewPlane bodyPlane(const PhantomBody& body, BodyPlane which, double offsetMm,
                    const FieldSize& size) {
  const Vec3 middle = body.originMm + Vec3{body.torso.centre.x, body.torso.centre.y, 0};
  switch (which) {
    case BodyPlane::axial:
      return {planeAbout(middle + Vec3{0, 0, offsetMm}, {1, 0, 0}, {0, 1, 0}, size), 8};
    case BodyPlane::sagittal:
      return {planeAbout(middle + Vec3{offsetMm + 30, 0, 0}, {0, 1, 0}, {0, 0, -1}, size), 8};
    case BodyPlane::coronal:
      return {planeAbout(middle + Vec3{0, offsetMm - 20, 0}, {1, 0, 0}, {0, 0, -1}, size), 8};
  }
  return {};
}

std::vector<ViewPlane> saxStack(const PhantomBody& body, double distanceMm, double thicknessMm,
                                const FieldSize& size, const PlanningError& error) {
  // From one to two slices above the valve to beyond the epicardial apex.
  const double length = body.heart.lengthMm;
  std::vector<ViewPlane> stack;
  const double apex = body.shape.epicardialApexLevel * length + 0.7 * distanceMm;
  for (double z = -1.4 * distanceMm; z < apex; z += distanceMm) {
    stack.push_back(stackSlice(body, z, size, error));
    stack.back().thicknessMm = thicknessMm;
  }
  return stack;
}

ViewPlane drawPlane(std::mt19937_64& rng, const PhantomBody& body, PhantomView view,
                    const FieldSize& size) {
  PlanningError error = drawPlanningError(rng);
  const double pick = drawUniform(rng, 0, 1);
  const double spread = drawUniform(rng, -1, 1);
  ViewPlane v;
  switch (view) {
    case PhantomView::sax: {
      // Mostly within the ventricle; one in six above the valve or beyond the apex.
      const double level = pick < 0.84   ? drawUniform(rng, 0.02, 0.98)
                           : pick < 0.93 ? drawUniform(rng, -0.25, 0.05)
                                         : drawUniform(rng, 0.95, 1.2);
      v = saxPlane(body, level, size, error);
      v.thicknessMm = drawUniform(rng, 6, 10);
      return v;
    }
    case PhantomView::aorta:
      return aortaPlane(body,
                        pick < 0.5    ? AorticCut::transverse
                        : pick < 0.75 ? AorticCut::outflow
                                      : AorticCut::arch,
                        size, error);
    case PhantomView::localizer:
      return bodyPlane(body,
                       pick < 0.34   ? BodyPlane::axial
                       : pick < 0.67 ? BodyPlane::sagittal
                                     : BodyPlane::coronal,
                       70 * spread, size);
    default:
      error.shiftMm.z = drawNormal(rng, 2);
      error.tilt.x *= 0.6;
      error.tilt.y *= 0.6;
      v = longAxisPlane(body, view, size, error);
      v.thicknessMm = drawUniform(rng, 6, 8);
      return v;
  }
}

}  // namespace cmr
