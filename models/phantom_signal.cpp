#include "models/phantom_signal.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "models/image_changes.h"

namespace cmr {
namespace {

using T = PhantomTissue;

struct Row {
  T tissue;
  double pd, t1, t1At3, t2, t2At3;
  double partition;  // of contrast agent, blood = 1
};

constexpr Row rows[] = {
    {T::skin, 0.55, 900, 1100, 32, 30, 0.35},
    {T::subcutaneousFat, 0.95, 265, 370, 70, 66, 0.02},
    {T::muscle, 0.80, 960, 1200, 38, 33, 0.20},
    {T::bone, 0.42, 520, 600, 50, 48, 0.15},
    {T::lung, 0.16, 1200, 1400, 3, 2, 0.30},
    {T::lungVessel, 0.85, 1500, 1780, 200, 140, 1.00},
    {T::liver, 0.75, 580, 800, 46, 36, 0.55},
    {T::liverVessel, 0.88, 1500, 1780, 160, 110, 1.00},
    {T::spleen, 0.80, 1050, 1320, 79, 62, 0.60},
    {T::stomach, 0.70, 1300, 1600, 90, 80, 0.05},
    {T::abdominalFat, 0.92, 270, 375, 68, 64, 0.02},
    {T::bowel, 0.65, 1000, 1200, 60, 55, 0.30},
    {T::spinalFluid, 1.00, 3800, 4000, 1300, 1200, 0.00},
    {T::disc, 0.70, 1000, 1100, 75, 65, 0.05},
    {T::mediastinalFat, 0.88, 280, 380, 66, 62, 0.04},
    {T::epicardialFat, 0.86, 290, 390, 64, 60, 0.05},
    {T::pericardium, 0.25, 900, 1000, 14, 12, 0.30},
    {T::lvBlood, 0.90, 1530, 1800, 245, 160, 1.00},
    {T::papillary, 0.80, 1010, 1190, 50, 46, 0.42},
    {T::myocardium, 0.80, 995, 1180, 50, 46, 0.42},
    {T::scar, 0.82, 1150, 1330, 57, 52, 0.92},
    {T::rvBlood, 0.90, 1500, 1760, 190, 120, 1.00},
    {T::rvTrabecula, 0.80, 1010, 1190, 50, 46, 0.45},
    {T::rvWall, 0.80, 1010, 1190, 48, 44, 0.42},
    {T::laBlood, 0.90, 1530, 1800, 245, 160, 1.00},
    {T::raBlood, 0.90, 1500, 1760, 185, 118, 1.00},
    {T::aorta, 0.90, 1530, 1800, 245, 160, 1.00},
    {T::pulmonaryArtery, 0.90, 1500, 1760, 190, 120, 1.00},
    {T::vein, 0.90, 1500, 1770, 195, 130, 1.00},
    {T::vesselWall, 0.70, 1000, 1180, 45, 42, 0.45},
};

bool isFat(T t) {
  return t == T::subcutaneousFat || t == T::abdominalFat || t == T::mediastinalFat ||
         t == T::epicardialFat || t == T::bone;
}
bool isBlood(T t) {
  return t == T::lvBlood || t == T::rvBlood || t == T::laBlood || t == T::raBlood ||
         t == T::aorta || t == T::pulmonaryArtery || t == T::vein || t == T::lungVessel ||
         t == T::liverVessel;
}

// Steady state of balanced SSFP for TR << T2 on resonance (Scheffler and Lehnhardt 2003).
double steadyState(const TissueProperties& p, double flipDegrees, double echoMs) {
  const double flip = flipDegrees * std::numbers::pi / 180;
  const double c = std::cos(flip);
  return p.protonDensity * std::sin(flip) / ((p.t1 / p.t2 + 1) - c * (p.t1 / p.t2 - 1)) *
         std::exp(-echoMs / p.t2);
}

double spoiled(double density, double t1, double flipDegrees, double repetitionMs) {
  const double flip = flipDegrees * std::numbers::pi / 180;
  const double e = std::exp(-repetitionMs / t1);
  return density * std::sin(flip) * (1 - e) / (1 - e * std::cos(flip));
}

// Concentration after a bolus: a gamma variate, in units of its own peak.
double bolus(double seconds, double arrival, double peakAfter) {
  const double t = (seconds - arrival) / peakAfter;
  return t <= 0 ? 0 : std::pow(t, 3) * std::exp(3 * (1 - t));
}

double perfusionSignal(T tissue, const TissueProperties& p, const SequenceSettings& s) {
  double agent = 0;
  if (tissue == T::raBlood || tissue == T::vein) agent = bolus(s.passageS, 1, 4);
  if (tissue == T::rvBlood || tissue == T::pulmonaryArtery) agent = bolus(s.passageS, 2, 5);
  if (tissue == T::lungVessel) agent = bolus(s.passageS, 4, 6);
  if (tissue == T::lvBlood || tissue == T::aorta || tissue == T::laBlood) {
    agent = bolus(s.passageS, 7, 6) + 0.15 * bolus(s.passageS, 14, 12);
  }
  if (tissue == T::myocardium || tissue == T::papillary || tissue == T::rvWall ||
      tissue == T::rvTrabecula || tissue == T::vesselWall) {
    agent = 0.22 * bolus(s.passageS, 9, 9);
  }
  if (tissue == T::scar) agent = 0.07 * bolus(s.passageS, 10, 12);
  const double t1 = 1 / (1 / p.t1 + agent * 0.02);
  const double fat = isFat(tissue) && s.fatSuppressed ? 0.35 : 1;
  return fat * p.protonDensity * (1 - std::exp(-100 / t1));
}

double velocity(T tissue, double phase) {
  const double systolic = std::sin(std::numbers::pi * std::clamp(phase / 0.38, 0.0, 1.0));
  if (tissue == T::aorta) return 95 * systolic;
  if (tissue == T::pulmonaryArtery) return -70 * systolic;
  if (tissue == T::vein) return -18 + 8 * systolic;
  if (tissue == T::rvBlood || tissue == T::lvBlood) return 20 * systolic;
  return 0;
}

double flowMagnitude(T tissue, const TissueProperties& p, const SequenceSettings& s) {
  const double inflow = isBlood(tissue) ? 2.6 : 1;
  return inflow * spoiled(p.protonDensity, p.t1, s.flipDegrees, s.repetitionMs) *
         std::exp(-s.echoMs / std::max(4.0, p.t2));
}

double blackBlood(T tissue, const TissueProperties& p, const SequenceSettings& s) {
  if (isBlood(tissue)) return tissue == T::lungVessel ? 0.01 : 0.025;
  if (isFat(tissue) && s.fatSuppressed) return 0.06;
  return p.protonDensity * std::exp(-s.echoMs / p.t2) * (1 - std::exp(-s.beatMs * 2 / p.t1)) *
         (isFat(tissue) ? 1.5 : 1);  // coupled spins refocus in a fast echo train
}

double mappedT1(const TissueProperties& p, const SequenceSettings& s) {
  return s.afterContrast ? p.t1After : p.t1;
}

double signal(T tissue, const TissueProperties& p, const SequenceSettings& s, double phase) {
  if (p.protonDensity <= 0) return 0;
  switch (s.sequence) {
    case PhantomSequence::cine:
    case PhantomSequence::scout: {
      const double inflow = isBlood(tissue) ? 1.12 : 1;
      return (isFat(tissue) ? -1 : 1) * inflow * steadyState(p, s.flipDegrees, s.echoMs);
    }
    case PhantomSequence::lge:
    case PhantomSequence::lgePsir:
      return p.protonDensity *
             (1 - 2 * std::exp(-s.inversionMs / p.t1After) + std::exp(-s.beatMs / p.t1After)) *
             std::exp(-s.echoMs / std::max(4.0, p.t2));
    case PhantomSequence::molli: {
      TissueProperties now = p;
      now.t1 = mappedT1(p, s);
      return steadyState(now, s.flipDegrees, s.echoMs) *
             (1 - molliInversion * std::exp(-s.inversionMs * (molliInversion - 1) / now.t1));
    }
    case PhantomSequence::t1Map:
      return mappedT1(p, s);
    case PhantomSequence::t2Map:
      return p.t2;
    case PhantomSequence::t2Prep:
      return steadyState(p, s.flipDegrees, s.echoMs) * std::exp(-s.preparationMs / p.t2);
    case PhantomSequence::perfusion:
      return perfusionSignal(tissue, p, s);
    case PhantomSequence::flow:
      return flowMagnitude(tissue, p, s);
    case PhantomSequence::flowPhase:
      return velocity(tissue, phase);
    case PhantomSequence::blackBlood:
      return blackBlood(tissue, p, s);
  }
  return 0;
}

}  // namespace

double nullingTimeMs(double t1, double beatMs) {
  return t1 * std::log(2 / (1 + std::exp(-beatMs / t1)));
}

TissueTable drawTissues(std::mt19937_64& rng, const TissueOptions& o) {
  TissueTable table{};
  const double weight = std::clamp((o.fieldTesla - 1.5) / 1.5, 0.0, 1.0);
  const double bloodAfter = drawUniform(rng, 290, 430) * (1 + 0.12 * weight);
  const double bloodRelaxation = 1 / bloodAfter - 1 / 1530.0;
  const double site = 1 + drawNormal(rng, 0.02);  // sequences differ between sites
  const double fibrosis = o.diffuseFibrosis ? drawUniform(rng, 1.03, 1.12) : 1;
  for (const Row& row : rows) {
    TissueProperties& p = table[static_cast<std::size_t>(row.tissue)];
    const bool muscle = row.tissue == T::myocardium || row.tissue == T::papillary;
    p.protonDensity = row.pd * (1 + drawNormal(rng, 0.05));
    p.t1 = (row.t1 + weight * (row.t1At3 - row.t1)) * site * (1 + drawNormal(rng, 0.025)) *
           (muscle ? fibrosis : 1);
    p.t2 = (row.t2 + weight * (row.t2At3 - row.t2)) * (1 + drawNormal(rng, 0.05));
    const double partition =
        row.partition * (1 + drawNormal(rng, 0.06)) * (muscle ? 1 + 1.5 * (fibrosis - 1) : 1);
    p.t1After = 1 / (1 / p.t1 + bloodRelaxation * std::max(0.0, partition));
  }
  // Left and right, and the vessels, hold the same blood; papillary muscle is myocardium.
  const auto copy = [&](T from, T to) {
    table[static_cast<std::size_t>(to)] = table[static_cast<std::size_t>(from)];
  };
  copy(T::lvBlood, T::laBlood);
  copy(T::lvBlood, T::aorta);
  copy(T::rvBlood, T::raBlood);
  copy(T::rvBlood, T::pulmonaryArtery);
  copy(T::myocardium, T::papillary);
  copy(T::rvWall, T::rvTrabecula);
  return table;
}

SequenceSettings drawSettings(std::mt19937_64& rng, PhantomSequence sequence, double fieldTesla,
                              double beatMs, const TissueTable& tissues) {
  SequenceSettings s;
  s.sequence = sequence;
  s.fieldTesla = fieldTesla;
  s.beatMs = beatMs;
  const double myocardium = tissues[static_cast<std::size_t>(T::myocardium)].t1After;
  switch (sequence) {
    case PhantomSequence::cine:
    case PhantomSequence::scout:
      s.flipDegrees = drawUniform(rng, fieldTesla > 2 ? 34 : 45, fieldTesla > 2 ? 50 : 75);
      s.repetitionMs = drawUniform(rng, 2.6, 3.9);
      s.echoMs = 0.45 * s.repetitionMs;
      break;
    case PhantomSequence::lge:
    case PhantomSequence::lgePsir:
      s.beatMs = beatMs * (drawChance(rng, 0.7) ? 2 : 1);
      // Well nulled most of the time, a little off in the rest.
      s.inversionMs = nullingTimeMs(myocardium, s.beatMs) * (1.0 + drawNormal(rng, 0.05));
      s.flipDegrees = drawUniform(rng, 18, 30);
      s.repetitionMs = drawUniform(rng, 4.5, 9);
      s.echoMs = drawUniform(rng, 1.3, 3.5);
      break;
    case PhantomSequence::molli: {
      constexpr std::array first{100.0, 180.0, 260.0};
      s.inversionMs = first[static_cast<std::size_t>(drawUniform(rng, 0, 2.999))] +
                      beatMs * std::floor(drawUniform(rng, 0, 3.999));
      s.flipDegrees = 35;
      s.echoMs = 1.2;
      break;
    }
    case PhantomSequence::t2Prep: {
      constexpr std::array preparations{0.0, 25.0, 55.0};
      s.preparationMs = preparations[static_cast<std::size_t>(drawUniform(rng, 0, 2.999))];
      s.flipDegrees = 70;
      s.echoMs = 1.2;
      break;
    }
    case PhantomSequence::perfusion:
      s.passageS = drawUniform(rng, 0, 32);
      s.fatSuppressed = drawChance(rng, 0.5);
      s.flipDegrees = 12;
      s.repetitionMs = 2.2;
      s.echoMs = 1.1;
      break;
    case PhantomSequence::flow:
    case PhantomSequence::flowPhase:
      s.flipDegrees = drawUniform(rng, 15, 25);
      s.repetitionMs = drawUniform(rng, 4.5, 6.5);
      s.echoMs = 2.5;
      s.vencCmS = drawChance(rng, 0.5) ? 150 : 250;
      break;
    case PhantomSequence::blackBlood:
      s.flipDegrees = 90;
      s.repetitionMs = 2 * beatMs;
      s.echoMs = drawUniform(rng, 50, 85);
      s.fatSuppressed = drawChance(rng, 0.5);
      break;
    case PhantomSequence::t1Map:
    case PhantomSequence::t2Map:
      break;
  }
  return s;
}

std::array<float, phantomTissueCount> tissueSignals(const TissueTable& tissues,
                                                    const SequenceSettings& settings,
                                                    double phase) {
  std::array<float, phantomTissueCount> out{};
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<float>(signal(static_cast<T>(i), tissues[i], settings, phase));
  }
  return out;
}

}  // namespace cmr
