// A whole person: heart and torso together, at one phase, cut by any plane.
#pragma once

#include <cstdint>

#include "models/phantom_heart.h"
#include "models/phantom_torso.h"
#include "models/phantom_ventricles.h"
#include "models/phantom_vessels.h"

namespace cmr {

struct PhantomBody {
  PhantomHeart heart;
  HeartAxes axes;
  VentricleShape shape;
  PhantomTorso torso;
  Vec3 originMm;  // where the middle of the LV's base at end diastole lies in the patient (LPS)
};

// A function of seed and disease.
PhantomBody drawBody(std::uint64_t seed, PhantomDisease disease);

struct BodyPose {
  const PhantomBody* body = nullptr;  // must outlive the pose
  VentriclePose ventricles;
  VesselPose vessels;
};

BodyPose poseBody(const PhantomBody& body, double phase);

// The same pose with only what comes near a slab about a plane: faster to sample there.
BodyPose nearPlane(const BodyPose& pose, Vec3 pointMm, Vec3 normal, double halfThicknessMm);

// What is at a point of the patient (LPS, mm).
PhantomTissue tissueAt(const BodyPose& pose, Vec3 patientMm);

}  // namespace cmr
