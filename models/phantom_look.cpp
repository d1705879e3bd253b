#include "models/phantom_look.h"

#include <cmath>

#include "models/image_changes.h"

namespace cmr {
namespace {

// Falls to a quarter at this distance from an element.
constexpr double coilReachMm = 92;

void addCoils(PhantomLook& look, std::mt19937_64& rng, const PhantomBody& body) {
  const PhantomTorso& t = body.torso;
  const double front = drawUniform(rng, 0.8, 1.3);
  const double back = drawUniform(rng, 0.1, 0.9);
  for (const double x : {-75.0, 5.0, 80.0}) {
    for (const double z : {-80.0, 40.0}) {
      const Vec3 shift{drawNormal(rng, 18), 0, drawNormal(rng, 18)};
      const double y = t.halfDepthMm + 6 - 0.0035 * x * x;
      look.coils.push_back({body.originMm + Vec3{t.centre.x + x, t.centre.y - y, z} + shift,
                            front * drawUniform(rng, 0.6, 1.4)});
      if (x < 70) {
        look.coils.push_back({body.originMm + Vec3{t.centre.x + x + 30, t.centre.y + y, z} + shift,
                              back * drawUniform(rng, 0.6, 1.4)});
      }
    }
  }
}

double rawSensitivity(const PhantomLook& look, Vec3 patient) {
  double sum = 0;
  for (const CoilElement& coil : look.coils) {
    const Vec3 d = patient - coil.atMm;
    const double q = 1 + dot(d, d) / (coilReachMm * coilReachMm);
    const double s = coil.strength / (q * q);
    sum += s * s;  // sum of squares
  }
  return std::sqrt(sum);
}

}  // namespace

double coilSensitivity(const PhantomLook& look, const PhantomBody& body, Vec3 patient) {
  const Vec3 heart = body.originMm + body.axes.toPatient({10, 0, 40});
  return std::pow(rawSensitivity(look, patient) / rawSensitivity(look, heart), look.shading);
}

PhantomLook drawLook(std::mt19937_64& rng, const PhantomBody& body, PhantomSequence sequence) {
  PhantomLook look;
  addCoils(look, rng, body);
  const bool map = sequence == PhantomSequence::t1Map || sequence == PhantomSequence::t2Map;
  const bool normalised = drawChance(rng, sequence == PhantomSequence::cine ? 0.35 : 0.5);
  look.shading = normalised ? drawUniform(rng, 0.0, 0.35) : drawUniform(rng, 0.7, 1.5);
  look.blurPixels = drawUniform(rng, 0.5, 0.95);
  look.noise = std::exp(drawUniform(rng, std::log(0.012), std::log(0.06)));
  if (sequence != PhantomSequence::cine && sequence != PhantomSequence::scout) {
    look.blurPixels += drawUniform(rng, 0, 0.35);
    look.noise *= 1.3;
  }
  look.texture = drawUniform(rng, 0.5, 1.4);
  const bool balanced = sequence == PhantomSequence::cine || sequence == PhantomSequence::scout;
  if (balanced && drawChance(rng, 0.35)) look.bandDepth = drawUniform(rng, 0.3, 0.85);
  look.bandAngle = drawUniform(rng, 0, 3.14159);
  look.bandPeriodMm = drawUniform(rng, 170, 420);
  look.bandShiftMm = drawUniform(rng, 0, 400);
  if (!map && drawChance(rng, 0.35)) look.ghostWeight = drawUniform(rng, 0.02, 0.10);
  look.ghostShift = static_cast<int>(drawUniform(rng, 10, 60));
  look.phaseAlongRows = drawChance(rng, 0.5);
  look.flowMarks = drawUniform(rng, 0.03, 0.22);
  if (drawChance(rng, 0.35)) look.circleShare = drawUniform(rng, 0.40, 0.52);
  if (drawChance(rng, 0.3)) look.phaseFieldShare = drawUniform(rng, 0.72, 0.95);
  look.gain = std::exp(drawUniform(rng, std::log(120.0), std::log(1400.0)));
  look.grainSeed = rng();
  return look;
}

}  // namespace cmr
