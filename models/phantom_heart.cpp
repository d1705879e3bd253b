#include "models/phantom_heart.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

#include "models/image_changes.h"

namespace cmr {
namespace {

constexpr double pi = std::numbers::pi;
using Rng = std::mt19937_64;

double clampedNormal(Rng& rng, double mean, double sigma, double low, double high) {
  return std::clamp(mean + drawNormal(rng, sigma), low, high);
}

double smoothStep(double from, double to, double x) {
  const double t = std::clamp((x - from) / (to - from), 0.0, 1.0);
  return t * t * (3 - 2 * t);
}

void drawPerson(PhantomHeart& h, Rng& rng) {
  const bool male = drawChance(rng, 0.55);
  h.sex = male ? Sex::male : Sex::female;
  h.ageYears = drawUniform(rng, 20, 85);
  h.heightM = clampedNormal(rng, male ? 1.76 : 1.63, 0.07, 1.45, 2.0);
  const double bmi = clampedNormal(rng, 26, 4.2, 18, 42);
  h.weightKg = bmi * h.heightM * h.heightM;
  h.bsa = std::sqrt(h.heightM * 100 * h.weightKg / 3600);
  h.heartRateBpm = clampedNormal(rng, 68, 12, 42, 115);
  h.endSystole =
      std::clamp(0.36 + 0.0022 * (h.heartRateBpm - 68) + drawNormal(rng, 0.02), 0.28, 0.48);
}

// Volumes per body surface and ejection fraction, then the wall that goes with the disease.
struct Function {
  double edvIndex = 80;
  double ef = 0.61;
  double rvEf = 0.57;
  double rvOverStroke = 1;  // RV stroke volume over LV stroke volume: 1 without a shunt
};

Function drawFunction(const PhantomHeart& h, Rng& rng, bool borderline) {
  const bool male = h.sex == Sex::male;
  Function f;
  f.edvIndex = clampedNormal(rng, male ? 83 : 74, male ? 13 : 11, male ? 52 : 48, male ? 106 : 95);
  f.ef = clampedNormal(rng, 0.61, 0.055, 0.52, 0.75);
  f.rvEf = clampedNormal(rng, 0.57, 0.055, 0.46, 0.70);
  f.rvOverStroke = clampedNormal(rng, 1.0, 0.02, 0.95, 1.05);
  switch (h.disease) {
    case PhantomDisease::normal:
      if (borderline) {
        f.edvIndex = drawUniform(rng, 92, male ? 104 : 97);
        f.ef = drawUniform(rng, 0.50, 0.55);
      }
      break;
    case PhantomDisease::dilated:
      f.edvIndex = borderline ? drawUniform(rng, male ? 108 : 100, male ? 118 : 110)
                              : clampedNormal(rng, 140, 24, 112, 220);
      f.ef = borderline ? drawUniform(rng, 0.40, 0.48) : clampedNormal(rng, 0.28, 0.08, 0.10, 0.42);
      f.rvEf = clampedNormal(rng, 0.44, 0.10, 0.18, 0.62);
      break;
    case PhantomDisease::hypertrophic:
      f.edvIndex = clampedNormal(rng, male ? 76 : 70, 12, 45, 100);
      f.ef = clampedNormal(rng, 0.67, 0.07, 0.52, 0.82);
      break;
    case PhantomDisease::infarct:
      f.edvIndex = clampedNormal(rng, 102, 22, 65, 170);
      f.ef = borderline ? drawUniform(rng, 0.46, 0.54) : clampedNormal(rng, 0.36, 0.09, 0.14, 0.50);
      f.rvEf = clampedNormal(rng, 0.52, 0.08, 0.28, 0.68);
      break;
    case PhantomDisease::abnormalRv:
      f.ef = clampedNormal(rng, 0.58, 0.06, 0.46, 0.70);
      f.edvIndex *= 0.92;
      f.rvEf =
          borderline ? drawUniform(rng, 0.38, 0.44) : clampedNormal(rng, 0.31, 0.07, 0.12, 0.40);
      f.rvOverStroke = drawUniform(rng, 1.0, 1.25);  // regurgitation
      break;
  }
  return f;
}

void drawSize(PhantomHeart& h, Rng& rng, const Function& f) {
  h.lvEdvMl = f.edvIndex * h.bsa;
  h.lvEsvMl = h.lvEdvMl * (1 - f.ef);
  const double rvStroke = (h.lvEdvMl - h.lvEsvMl) * f.rvOverStroke;
  h.rvEdvMl = std::clamp(rvStroke / f.rvEf, 60.0, 420.0);
  h.rvEsvMl = h.rvEdvMl - std::min(rvStroke, 0.8 * h.rvEdvMl);
  // Inner length grows less than the cube root where the ventricle becomes a ball.
  const double sphericity = h.disease == PhantomDisease::dilated ? 0.94 : 1.0;
  h.lengthMm = 90 * std::cbrt(h.lvEdvMl / 150) * sphericity * std::exp(drawNormal(rng, 0.045));
  h.descentMm = std::clamp(h.lengthMm * (0.24 * f.ef + drawNormal(rng, 0.012)), 2.0, 19.0);
  h.profilePower =
      clampedNormal(rng, 2.25, 0.2, 1.8, 2.8) + (h.disease == PhantomDisease::dilated ? 0.3 : 0);
  h.profileCentre = clampedNormal(rng, 0.25, 0.05, 0.12, 0.38);
  h.apexWallMm = clampedNormal(rng, 5.5, 1.2, 3, 9);
  h.valveTilt = clampedNormal(rng, 0.0012, 0.0008, -0.0008, 0.003);
  h.valveTiltAngle = drawNormal(rng, 0.5);
  for (std::size_t i = 0; i < 3; ++i) {
    h.cosine[i] = drawNormal(rng, 0.025 / static_cast<double>(i + 1));
    h.sine[i] = drawNormal(rng, 0.025 / static_cast<double>(i + 1));
  }
}

void addScar(PhantomHeart& h, const ScarRegion& scar) {
  if (h.scarCount < static_cast<int>(h.scars.size())) {
    h.scars[static_cast<std::size_t>(h.scarCount++)] = scar;
  }
}

// A coronary territory: LAD anteroseptal and apical, RCA inferior, LCX lateral.
void drawInfarct(PhantomHeart& h, Rng& rng, bool borderline) {
  const double pick = drawUniform(rng, 0, 1);
  WallRegion w;
  if (pick < 0.45) {
    w = {-0.7 + drawNormal(rng, 0.25), drawUniform(rng, 0.6, 1.3), drawUniform(rng, 0.25, 0.6),
         1.3};
  } else if (pick < 0.75) {
    w = {1.35 + drawNormal(rng, 0.25), drawUniform(rng, 0.4, 0.9), -0.2,
         drawUniform(rng, 0.5, 0.9)};
  } else {
    w = {2.7 + drawNormal(rng, 0.3), drawUniform(rng, 0.4, 0.9), drawUniform(rng, -0.2, 0.2),
         drawUniform(rng, 0.6, 0.95)};
  }
  if (borderline) w.halfWidth *= 0.6;
  const double transmurality = borderline ? drawUniform(rng, 0.2, 0.5) : drawUniform(rng, 0.3, 1.0);
  h.infarct = w;
  h.infarctThinning = 1 - drawUniform(rng, 0.2, 0.6) * transmurality;
  h.infarctMovement = 1 - transmurality * drawUniform(rng, 0.9, 1.2);
  WallRegion core = w;
  core.halfWidth *= 0.95;
  addScar(h, {core, 0, transmurality});
}

void drawHypertrophy(PhantomHeart& h, Rng& rng, bool borderline) {
  const double thickest = borderline ? drawUniform(rng, 14.5, 16.5) : drawUniform(rng, 16, 28);
  const double kind = drawUniform(rng, 0, 1);
  if (kind < 0.65) {  // asymmetric, septal
    h.wallMm = drawUniform(rng, 8.5, 11.5);
    h.septalExcess = thickest / h.wallMm - 1;
    h.septalBulge = {-0.35 + drawNormal(rng, 0.25), drawUniform(rng, 0.7, 1.3), -0.3,
                     drawUniform(rng, 0.5, 0.95)};
  } else if (kind < 0.85) {  // concentric
    h.wallMm = thickest / 1.12;
  } else {  // apical
    h.wallMm = drawUniform(rng, 9, 11.5);
    h.septalExcess = 0.7 * thickest / h.wallMm;
    h.septalBulge = {0, 4, 0.6, 1.4};
    h.apexWallMm = 0.8 * thickest;
  }
  if (drawChance(rng, 0.5)) {  // patches at the insertions and within the wall
    addScar(h, {{-1.1 + drawNormal(rng, 0.15), drawUniform(rng, 0.15, 0.4),
                 drawUniform(rng, 0, 0.3), drawUniform(rng, 0.4, 0.75)},
                0.25,
                0.75});
    if (drawChance(rng, 0.7)) {
      addScar(h, {{0.95 + drawNormal(rng, 0.15), drawUniform(rng, 0.12, 0.3),
                   drawUniform(rng, 0, 0.3), drawUniform(rng, 0.4, 0.75)},
                  0.3,
                  0.8});
    }
  }
}

void drawWall(PhantomHeart& h, Rng& rng, bool borderline) {
  const bool male = h.sex == Sex::male;
  h.wallMm = clampedNormal(rng, male ? 8.4 : 7.2, 0.9, 5.5, 11);
  switch (h.disease) {
    case PhantomDisease::normal:
      if (borderline && drawChance(rng, 0.5)) h.wallMm = drawUniform(rng, 10.5, 12);
      break;
    case PhantomDisease::dilated:
      h.wallMm = clampedNormal(rng, 7.6, 1.1, 4.8, 10.5);
      if (drawChance(rng, 0.3)) {  // a stripe within the septum
        addScar(h, {{0.0, drawUniform(rng, 0.4, 0.8), -0.1, drawUniform(rng, 0.35, 0.6)},
                    0.38,
                    drawUniform(rng, 0.55, 0.68)});
      }
      break;
    case PhantomDisease::hypertrophic:
      drawHypertrophy(h, rng, borderline);
      break;
    case PhantomDisease::infarct:
      drawInfarct(h, rng, borderline);
      break;
    case PhantomDisease::abnormalRv:
      break;
  }
}

void drawRightHeart(PhantomHeart& h, Rng& rng) {
  h.rvCentreAngle = -0.12 + drawNormal(rng, 0.08);
  h.rvHalfAngle = clampedNormal(rng, 1.12, 0.08, 0.95, 1.35);
  h.rvApexLevel = clampedNormal(rng, 0.88, 0.06, 0.7, 0.98);
  h.rvRoundness = clampedNormal(rng, 0.62, 0.07, 0.5, 0.8);
  h.rvWallMm = drawUniform(rng, 2.2, 3.6);
  if (h.disease == PhantomDisease::abnormalRv) {
    h.rvHalfAngle += drawUniform(rng, 0.05, 0.25);
    h.septalFlattening = drawUniform(rng, 0.02, 0.26);
    h.rvWallMm = drawUniform(rng, 2.5, 6.5);
    h.rvApexLevel = std::min(1.0, h.rvApexLevel + 0.08);
  }
}

}  // namespace

double WallRegion::share(double atAngle, double atLevel) const {
  const double off = std::abs(std::remainder(atAngle - angle, 2 * pi));
  const double around = halfWidth > pi ? 1 : 1 - smoothStep(halfWidth, halfWidth * 1.15 + 0.1, off);
  return around * smoothStep(levelFrom - 0.08, levelFrom, atLevel) *
         (1 - smoothStep(levelTo, levelTo + 0.08, atLevel));
}

PhantomHeart drawHeart(std::uint64_t seed, PhantomDisease disease) {
  Rng rng(seed);
  PhantomHeart h;
  h.disease = disease;
  drawPerson(h, rng);
  const bool borderline = drawChance(rng, 0.2);
  drawSize(h, rng, drawFunction(h, rng, borderline));
  drawWall(h, rng, borderline);
  drawRightHeart(h, rng);
  h.papillaryMm = std::cbrt(h.lvEdvMl / 150) * drawUniform(rng, 3.2, 5.4);
  h.papillaryAngle = {2.15 + drawNormal(rng, 0.2), -2.3 + drawNormal(rng, 0.2)};
  h.trabeculation = drawUniform(rng, 0.1, 1);
  h.fatMm = std::clamp(
      1.5 + 0.25 * (h.weightKg / (h.heightM * h.heightM) - 20) + drawNormal(rng, 1.2), 0.5, 9.0);
  h.fatAngle = drawNormal(rng, 0.8);
  h.atrialScale = clampedNormal(rng, 1.0, 0.09, 0.8, 1.4) *
                  (disease == PhantomDisease::dilated || disease == PhantomDisease::hypertrophic
                       ? drawUniform(rng, 1.0, 1.25)
                       : 1.0);
  h.textureSeed = rng();
  return h;
}

double contraction(const PhantomHeart& h, double phase) {
  const double p = phase - std::floor(phase);
  const double es = h.endSystole;
  if (p <= es) return 0.5 * (1 - std::cos(pi * p / es));
  const double filled = 0.68 * smoothStep(es, es + 0.26, p) + 0.06 * smoothStep(es + 0.2, 0.85, p) +
                        0.26 * smoothStep(0.8, 0.985, p);
  return 1 - filled;
}

double lvVolumeMl(const PhantomHeart& h, double phase) {
  return h.lvEdvMl - (h.lvEdvMl - h.lvEsvMl) * contraction(h, phase);
}

double rvVolumeMl(const PhantomHeart& h, double phase) {
  return h.rvEdvMl - (h.rvEdvMl - h.rvEsvMl) * contraction(h, phase);
}

}  // namespace cmr
