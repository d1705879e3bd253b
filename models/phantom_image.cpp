#include "models/phantom_image.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "models/image_changes.h"
#include "models/scanner_look.h"
#include "models/smooth_noise.h"

namespace cmr {
namespace {

using T = PhantomTissue;
constexpr double pi = std::numbers::pi;

bool isMap(PhantomSequence s) { return s == PhantomSequence::t1Map || s == PhantomSequence::t2Map; }

bool flows(T t) {
  return t == T::lvBlood || t == T::rvBlood || t == T::laBlood || t == T::raBlood ||
         t == T::aorta || t == T::pulmonaryArtery || t == T::vein;
}

// Standard deviation of a tissue's grain, relative to its signal.
double grainOf(T t) {
  switch (t) {
    case T::lung:
      return 0.5;
    case T::bone:
    case T::bowel:
      return 0.3;
    case T::stomach:
      return 0.25;
    case T::muscle:
      return 0.13;
    case T::subcutaneousFat:
    case T::abdominalFat:
    case T::mediastinalFat:
    case T::epicardialFat:
      return 0.10;
    case T::liver:
    case T::spleen:
    case T::scar:
      return 0.08;
    case T::myocardium:
    case T::papillary:
      return 0.05;
    default:
      return 0.03;
  }
}

struct Frame {
  int rows;
  int columns;
  std::vector<float> values;
  std::size_t index(int r, int c) const {
    return static_cast<std::size_t>(r) * static_cast<std::size_t>(columns) +
           static_cast<std::size_t>(c);
  }
  float& at(int r, int c) { return values[index(r, c)]; }
};

Frame mixTissues(const PhantomCut& cut, const std::array<float, phantomTissueCount>& signals) {
  Frame f{cut.rows, cut.columns, std::vector<float>(cut.labels.size())};
  constexpr int n = PhantomCut::samplesPerPixel;
  for (std::size_t i = 0; i < f.values.size(); ++i) {
    float sum = 0;
    for (int s = 0; s < n; ++s) sum += signals[cut.samples[i * n + static_cast<std::size_t>(s)]];
    f.values[i] = sum / n;
  }
  return f;
}

// Maps are fitted to mixed signals: what gives no signal does not pull the value down.
Frame mixMap(const PhantomCut& cut, const TissueTable& tissues,
             const std::array<float, phantomTissueCount>& values) {
  Frame f{cut.rows, cut.columns, std::vector<float>(cut.labels.size())};
  constexpr int n = PhantomCut::samplesPerPixel;
  for (std::size_t i = 0; i < f.values.size(); ++i) {
    float sum = 0;
    float weight = 1e-6F;
    for (int s = 0; s < n; ++s) {
      const std::size_t t = cut.samples[i * n + static_cast<std::size_t>(s)];
      const auto density = static_cast<float>(tissues[t].protonDensity);
      sum += density * values[t];
      weight += density;
    }
    f.values[i] = sum / weight;
  }
  return f;
}

void addGrain(Frame& f, const PhantomCut& cut, const PhantomLook& look) {
  std::mt19937_64 rng(look.grainSeed);
  const std::vector<float> fine = texturedNoise(rng, f.rows, f.columns, drawUniform(rng, 0.9, 2.2));
  std::array<float, phantomTissueCount> grain{};
  std::array<float, phantomTissueCount> level{};
  for (std::size_t t = 0; t < grain.size(); ++t) {
    grain[t] = static_cast<float>(look.texture * grainOf(static_cast<T>(t)));
    level[t] = static_cast<float>(1 + drawNormal(rng, 0.05));
  }
  for (std::size_t i = 0; i < f.values.size(); ++i) {
    const std::size_t t = cut.labels[i];
    f.values[i] *= level[t] * std::max(0.0F, 1 + grain[t] * fine[i]);
  }
}

// Blood that moves is uneven: inflow, eddies, jets behind the valves.
void markFlow(Frame& f, const PhantomCut& cut, const PhantomLook& look, double spacingMm,
              double phase) {
  const double moving = 0.4 + 0.6 * std::abs(std::sin(2 * pi * phase));
  const auto seed = static_cast<std::uint32_t>(look.grainSeed >> 7U);
  for (int r = 0; r < f.rows; ++r) {
    for (int c = 0; c < f.columns; ++c) {
      if (!flows(static_cast<T>(cut.labels[f.index(r, c)]))) continue;
      const float n = smoothNoise(c * spacingMm / 15, r * spacingMm / 15, 4 * phase, seed);
      const float fine = smoothNoise(c * spacingMm / 5, r * spacingMm / 5, 9 * phase, seed + 1);
      f.at(r, c) *= 1 + static_cast<float>(look.flowMarks * moving) *
                            (n + 0.5F * fine - 0.8F * std::max(0.0F, n - 0.45F));
    }
  }
}

// The coils' sensitivity is smooth: computed on a coarse grid and interpolated.
std::vector<float> shadingOf(const PhantomBody& body, const ViewPlane& view,
                             const PhantomLook& look, int rows, int columns) {
  constexpr int step = 8;
  const int nr = (rows - 1) / step + 2;
  const int nc = (columns - 1) / step + 2;
  std::vector<float> coarse(static_cast<std::size_t>(nr) * static_cast<std::size_t>(nc));
  for (int r = 0; r < nr; ++r) {
    for (int c = 0; c < nc; ++c) {
      coarse[static_cast<std::size_t>(r * nc + c)] = static_cast<float>(
          coilSensitivity(look, body, pixelToPatient(view.plane, c * step, r * step)));
    }
  }
  std::vector<float> out(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns));
  for (int r = 0; r < rows; ++r) {
    const float tr = static_cast<float>(r % step) / step;
    for (int c = 0; c < columns; ++c) {
      const float tc = static_cast<float>(c % step) / step;
      const float* const p = &coarse[static_cast<std::size_t>((r / step) * nc + c / step)];
      out[static_cast<std::size_t>(r) * static_cast<std::size_t>(columns) +
          static_cast<std::size_t>(c)] =
          (1 - tr) * ((1 - tc) * p[0] + tc * p[1]) + tr * ((1 - tc) * p[nc] + tc * p[nc + 1]);
    }
  }
  return out;
}

void addBands(Frame& f, const PhantomLook& look, double spacingMm) {
  if (look.bandDepth <= 0) return;
  const double cx = std::cos(look.bandAngle) * spacingMm;
  const double cy = std::sin(look.bandAngle) * spacingMm;
  for (int r = 0; r < f.rows; ++r) {
    for (int c = 0; c < f.columns; ++c) {
      const double along = cx * c + cy * r + look.bandShiftMm + 18 * std::sin(0.02 * c);
      const double wave = std::abs(std::cos(pi * along / look.bandPeriodMm));
      if (wave < 0.8) continue;
      f.at(r, c) *= static_cast<float>(1 - look.bandDepth * std::pow(wave, 30));
    }
  }
}

void addGhost(Frame& f, const PhantomLook& look) {
  if (look.ghostWeight <= 0) return;
  const std::vector<float> copy = f.values;
  const auto weight = static_cast<float>(look.ghostWeight);
  for (int r = 0; r < f.rows; ++r) {
    for (int c = 0; c < f.columns; ++c) {
      const int rr = look.phaseAlongRows ? (r + look.ghostShift) % f.rows : r;
      const int cc = look.phaseAlongRows ? c : (c + look.ghostShift) % f.columns;
      f.at(r, c) += weight * std::abs(copy[f.index(rr, cc)]);
    }
  }
}

// Quick normal numbers: the sum of four uniform ones, scaled; good to three standard deviations.
class Noise {
 public:
  explicit Noise(std::uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15ULL + 0x1234567ULL) {}
  float operator()() {
    state_ ^= state_ << 13U;
    state_ ^= state_ >> 7U;
    state_ ^= state_ << 17U;
    const auto sum = static_cast<float>((state_ & 0xFFFFU) + ((state_ >> 16U) & 0xFFFFU) +
                                        ((state_ >> 32U) & 0xFFFFU) + (state_ >> 48U));
    return (sum - 131070.0F) * (1.7320508F / 65535.0F);
  }

 private:
  std::uint64_t state_;
};

// Noise lies within the k-space that was measured, as the image does: not quite white.
std::vector<float> bandLimitedNoise(const Frame& f, Noise& noise, float sigma) {
  std::vector<float> field(f.values.size());
  for (float& v : field) v = noise();
  constexpr double blurPixels = 0.55;
  gaussianBlur(field, f.rows, f.columns, blurPixels);
  constexpr float lost = 1.72F;  // what the blur takes off the standard deviation
  for (float& v : field) v *= sigma * lost;
  return field;
}

void cropField(Frame& f, const PhantomLook& look, float outside) {
  const double radius = look.circleShare * f.columns;
  const double half = 0.5 * look.phaseFieldShare;
  for (int r = 0; r < f.rows; ++r) {
    const double v = (r + 0.5) / f.rows - 0.5;
    for (int c = 0; c < f.columns; ++c) {
      const double u = (c + 0.5) / f.columns - 0.5;
      const bool cut = std::abs(look.phaseAlongRows ? v : u) > half;
      const bool corner = radius > 0 && std::hypot(u * f.columns, v * f.rows) > radius;
      if (cut || corner) f.at(r, c) = outside;
    }
  }
}

// The settings that the scale of a series is taken from: images of one series that differ in their
// inversion or preparation share it, as a scanner's do, or no T1 and no T2 could be fitted to them.
SequenceSettings scaleSettings(SequenceSettings s) {
  constexpr double recoveredMs = 1e6;
  if (s.sequence == PhantomSequence::molli) s.inversionMs = recoveredMs;
  if (s.sequence == PhantomSequence::t2Prep) s.preparationMs = 0;
  return s;
}

double brightestBlood(const std::array<float, phantomTissueCount>& signals) {
  double level = 0.02;
  for (const T t : {T::lvBlood, T::rvBlood, T::scar}) {
    level = std::max(level, static_cast<double>(std::abs(signals[static_cast<std::size_t>(t)])));
  }
  return level;
}

std::vector<float> magnitude(Frame f, const std::vector<float>& shading, const PhantomLook& look,
                             double reference, double fullNoise, std::uint64_t seed) {
  Noise noise(seed);
  const auto gain = static_cast<float>(look.gain / reference);
  const auto sigma = static_cast<float>(fullNoise * reference);
  for (std::size_t i = 0; i < f.values.size(); ++i) f.values[i] *= shading[i];
  addGhost(f, look);
  const std::vector<float> real = bandLimitedNoise(f, noise, sigma);
  const std::vector<float> imaginary = bandLimitedNoise(f, noise, sigma);
  for (std::size_t i = 0; i < f.values.size(); ++i) {
    const float r = f.values[i] + real[i];
    f.values[i] = gain * std::sqrt(r * r + imaginary[i] * imaginary[i]);
  }
  cropField(f, look, 0);
  return std::move(f.values);
}

// Phase-sensitive: the signed signal over a reference image of the same coils. Where there is no
// signal, noise is divided by noise.
std::vector<float> phaseSensitive(Frame f, const PhantomCut& cut, const TissueTable& tissues,
                                  const PhantomLook& look, double reference, std::uint64_t seed) {
  std::array<float, phantomTissueCount> density{};
  for (std::size_t t = 0; t < density.size(); ++t) {
    density[t] = static_cast<float>(tissues[t].protonDensity);
  }
  Frame ref = mixTissues(cut, density);
  gaussianBlur(ref.values, ref.rows, ref.columns, 1.2);
  Noise noise(seed);
  const auto sigma = static_cast<float>(look.noise * reference);
  for (std::size_t i = 0; i < f.values.size(); ++i) {
    const float below = std::hypot(ref.values[i] + sigma * noise(), sigma * noise());
    const float ratio = (f.values[i] + sigma * noise()) / (2.5F * sigma + below);
    f.values[i] = std::clamp(static_cast<float>(signedZero) * (1 + 0.85F * ratio), 0.0F, 4095.0F);
  }
  cropField(f, look, static_cast<float>(signedZero));
  return std::move(f.values);
}

std::vector<float> velocityImage(Frame f, const PhantomCut& cut, const PhantomLook& look,
                                 const SequenceSettings& s, std::uint64_t seed) {
  Noise noise(seed);
  const auto perCmS = static_cast<float>(signedZero / s.vencCmS);
  for (std::size_t i = 0; i < f.values.size(); ++i) {
    const T t = static_cast<T>(cut.labels[i]);
    const bool empty = t == T::air || t == T::lung;
    const float spread = empty ? 1200.0F : static_cast<float>(1500 * look.noise);
    f.values[i] = std::clamp(
        static_cast<float>(signedZero) + perCmS * f.values[i] + spread * noise(), 0.0F, 4095.0F);
  }
  return std::move(f.values);
}

// A fit to noise gives anything at all; within tissue the fit's error follows the images' noise.
std::vector<float> fittedMap(Frame f, const PhantomCut& cut, const TissueTable& tissues,
                             const PhantomLook& look, const SequenceSettings& s,
                             std::uint64_t seed) {
  Noise noise(seed);
  const float top = s.sequence == PhantomSequence::t1Map ? 2600.0F : 160.0F;
  constexpr int n = PhantomCut::samplesPerPixel;
  for (std::size_t i = 0; i < f.values.size(); ++i) {
    float density = 0;
    for (int k = 0; k < n; ++k) {
      density += static_cast<float>(
                     tissues[cut.samples[i * n + static_cast<std::size_t>(k)]].protonDensity) /
                 n;
    }
    const float sigma = static_cast<float>(1.2 * look.noise) / std::max(0.05F, density);
    if (density < 0.22F) {
      const bool failed = density < 0.08F || noise() > 0;
      const float any = noise() < -0.2F ? 0 : std::abs(0.56F + 0.25F * noise()) * top;
      f.values[i] = failed ? any : f.values[i] * std::abs(1 + 0.5F * noise());
    } else {
      f.values[i] *= std::max(0.02F, 1 + sigma * noise());
    }
    f.values[i] = std::clamp(f.values[i], 0.0F, 4095.0F);
  }
  cropField(f, look, 0);
  return std::move(f.values);
}

}  // namespace

std::vector<float> renderImage(const PhantomBody& body, const PhantomCut& cut,
                               const ViewPlane& view, const TissueTable& tissues,
                               const SequenceSettings& s, const PhantomLook& look, double phase,
                               std::uint64_t frameSeed) {
  const auto signals = tissueSignals(tissues, s, phase);
  if (isMap(s.sequence)) {
    Frame f = mixMap(cut, tissues, signals);
    gaussianBlur(f.values, f.rows, f.columns, 0.8 * look.blurPixels);
    return fittedMap(std::move(f), cut, tissues, look, s, frameSeed);
  }
  Frame f = mixTissues(cut, signals);
  if (s.sequence == PhantomSequence::flowPhase) {
    gaussianBlur(f.values, f.rows, f.columns, look.blurPixels);
    return velocityImage(std::move(f), cut, look, s, frameSeed);
  }
  addGrain(f, cut, look);
  markFlow(f, cut, look, view.plane.columnSpacingMm, phase);
  gaussianBlur(f.values, f.rows, f.columns, look.blurPixels);
  const double reference = brightestBlood(tissueSignals(tissues, scaleSettings(s), phase));
  if (s.sequence == PhantomSequence::lgePsir) {
    return phaseSensitive(std::move(f), cut, tissues, look, reference, frameSeed);
  }
  if (s.sequence == PhantomSequence::cine || s.sequence == PhantomSequence::scout) {
    addBands(f, look, view.plane.columnSpacingMm);
  }
  return magnitude(std::move(f), shadingOf(body, view, look, cut.rows, cut.columns), look,
                   reference, look.noise, frameSeed);
}

}  // namespace cmr
