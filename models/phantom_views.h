// Where the planes of an examination lie in a phantom: the field's standard views (Kramer et al.,
// Standardized CMR protocols 2020, 10.1186/s12968-020-00607-1), turned and shifted as people do.
#pragma once

#include <random>
#include <vector>

#include "models/phantom_body.h"

namespace cmr {

struct FieldSize {
  int rows = 256;
  int columns = 256;
  double spacingMm = 1.4;
};

struct ViewPlane {
  PlaneGeometry plane;
  double thicknessMm = 8;
};

// How far an operator was off.
struct PlanningError {
  Vec3 tilt;     // radians about the plane's row, column, normal
  Vec3 shiftMm;  // of the field's middle, in the plane's axes
};
PlanningError drawPlanningError(std::mt19937_64& rng);

// The field whose middle lies at a point of the patient.
PlaneGeometry planeAbout(Vec3 middle, Vec3 row, Vec3 column, const FieldSize& size);

// Short axis at a level of the LV (0 base, 1 apex; beyond is allowed). RV to the left, inferior
// wall below; the normal points from apex to base.
ViewPlane saxPlane(const PhantomBody& body, double level, const FieldSize& size,
                   const PlanningError& error);

// A slice of a short-axis stack, depthMm below the valve: all slices of a stack are shifted along
// their common normal, however it was turned, as scanners do.
ViewPlane stackSlice(const PhantomBody& body, double depthMm, const FieldSize& size,
                     const PlanningError& error);

// Long axes, from the apex through the middle of the mitral valve.
ViewPlane longAxisPlane(const PhantomBody& body, PhantomView view, const FieldSize& size,
                        const PlanningError& error);

enum class AorticCut { transverse, outflow, arch };
ViewPlane aortaPlane(const PhantomBody& body, AorticCut cut, const FieldSize& size,
                     const PlanningError& error);

enum class BodyPlane { axial, sagittal, coronal };
ViewPlane bodyPlane(const PhantomBody& body, BodyPlane which, double offsetMm,
                    const FieldSize& size);

// The whole stack as it is planned at end diastole: base first, from above the valve to beyond the
// apex.
std::vector<ViewPlane> saxStack(const PhantomBody& body, double distanceMm, double thicknessMm,
                                const FieldSize& size, const PlanningError& error);

// One plane of a view at random: any slice of the stack, any of the aortic cuts and body planes.
ViewPlane drawPlane(std::mt19937_64& rng, const PhantomBody& body, PhantomView view,
                    const FieldSize& size);

}  // namespace cmr
