#include "models/heart_section.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace cmr {
namespace {

constexpr double pi = std::numbers::pi;

double uniform(std::mt19937_64& rng, double low, double high) {
  return std::uniform_real_distribution<double>(low, high)(rng);
}
double normal(std::mt19937_64& rng, double mean, double sigma) {
  return std::normal_distribution<double>(mean, sigma)(rng);
}

PolarOutline drawOutline(std::mt19937_64& rng, double radiusMm, double irregularity) {
  PolarOutline outline;
  outline.radiusMm = radiusMm;
  for (std::size_t i = 0; i < 3; ++i) {
    const double sigma = irregularity / static_cast<double>(i + 1);
    outline.cosine[i] = normal(rng, 0, sigma);
    outline.sine[i] = normal(rng, 0, sigma);
  }
  return outline;
}

SectionLevel drawLevel(std::mt19937_64& rng) {
  const double u = uniform(rng, 0, 1);
  if (u < 0.58) return SectionLevel::mid;
  if (u < 0.76) return SectionLevel::apical;
  if (u < 0.87) return SectionLevel::basal;
  return u < 0.94 ? SectionLevel::aboveBase : SectionLevel::belowApex;
}

// Radii in mm as the endocardial contours of the 25 training patients have them at 1.33 mm:
// median 23, 5th percentile 10, 95th 35 (areas of 182 to 2,234 pixels).
double drawCavityRadius(std::mt19937_64& rng, SectionLevel level) {
  if (level == SectionLevel::apical) {
    return std::clamp(std::exp(normal(rng, std::log(9.0), 0.45)), 2.0, 24.0);
  }
  return std::clamp(std::exp(normal(rng, std::log(21.0), 0.33)), 7.0, 44.0);
}

// Walls from the thinned infarct to the hypertrophied systole; thick where the cavity is small.
double drawWall(std::mt19937_64& rng, double cavityRadius) {
  const double contraction = std::clamp(1.35 - cavityRadius / 60.0, 0.7, 1.3);
  return std::clamp(std::exp(normal(rng, std::log(10.0), 0.3)) * contraction, 4.0, 24.0);
}

void drawRightVentricle(HeartSection& s, std::mt19937_64& rng) {
  const double outer = s.endocardium.radiusMm + s.wallMm.radiusMm;
  const double size =
      s.level == SectionLevel::apical ? uniform(rng, 0.45, 0.8) : uniform(rng, 0.8, 1.2);
  s.hasRightVentricle = s.level != SectionLevel::apical || uniform(rng, 0, 1) < 0.7;
  const double reach = outer * uniform(rng, 0.7, 1.1) * size;
  const double offset = outer * uniform(rng, 0.55, 0.9);
  s.rightVentricle = {std::cos(s.septumAngle) * offset, std::sin(s.septumAngle) * offset,
                      std::max(6.0, outer * uniform(rng, 0.85, 1.15) * size), std::max(5.0, reach),
                      s.septumAngle + pi / 2 + normal(rng, 0, 0.2)};
  s.rvWallMm = uniform(rng, 2, 4.5);
}

void drawPapillaries(HeartSection& s, std::mt19937_64& rng) {
  if (s.level == SectionLevel::basal || uniform(rng, 0, 1) < 0.2) {
    return;
  }
  s.papillaryCount = s.level == SectionLevel::apical ? 2 : uniform(rng, 0, 1) < 0.6 ? 2 : 3;
  const double r = s.endocardium.radiusMm;
  for (int i = 0; i < s.papillaryCount; ++i) {
    const double angle = s.septumAngle + pi +
                         (i == 0   ? 0.9
                          : i == 1 ? -0.9
                                   : 2.4) +
                         normal(rng, 0, 0.3);
    const double distance = r * uniform(rng, 0.5, 0.95);
    s.papillaries[static_cast<std::size_t>(i)] = {
        std::cos(angle) * distance, std::sin(angle) * distance, r * uniform(rng, 0.1, 0.28) + 0.8,
        r * uniform(rng, 0.08, 0.2) + 0.8, angle};
  }
}

// Beyond the valve plane: two atria, the aortic root, the pulmonary artery; no ventricle.
void drawVessels(HeartSection& s, std::mt19937_64& rng) {
  s.vesselCount = 2 + static_cast<int>(uniform(rng, 0, 2.999));
  for (int i = 0; i < s.vesselCount; ++i) {
    const double angle = uniform(rng, 0, 2 * pi);
    const double distance = i == 0 ? uniform(rng, 0, 8) : uniform(rng, 25, 48);
    const double r = i == 1 ? uniform(rng, 10, 17) : uniform(rng, 13, 28);
    s.vessels[static_cast<std::size_t>(i)] = {std::cos(angle) * distance,
                                              std::sin(angle) * distance, r,
                                              r * uniform(rng, 0.55, 1.0), uniform(rng, 0, pi)};
  }
}

double angleBetween(double a, double b) { return std::abs(std::remainder(a - b, 2 * pi)); }

SectionPoint inVessels(const HeartSection& s, double x, double y) {
  for (int i = 0; i < s.vesselCount; ++i) {
    const Ellipse& e = s.vessels[static_cast<std::size_t>(i)];
    const double level = e.level(x, y);
    if (level < 1) return {Tissue::vesselBlood, Structure::background};
    if (level < 1 + 2.5 / e.across) return {Tissue::vesselWall, Structure::background};
  }
  return {};
}

SectionPoint inRightVentricle(const HeartSection& s, double x, double y) {
  if (!s.hasRightVentricle) return {};
  const double level = s.rightVentricle.level(x, y);
  if (level < 1) return {Tissue::rvBlood, Structure::rvCavity};
  if (level < 1 + s.rvWallMm / s.rightVentricle.across) {
    return {Tissue::rvWall, Structure::background};
  }
  return {};
}

}  // namespace

double PolarOutline::at(double angle) const {
  double relative = 1;
  for (std::size_t i = 0; i < 3; ++i) {
    const double k = static_cast<double>(i + 2);
    relative += cosine[i] * std::cos(k * angle) + sine[i] * std::sin(k * angle);
  }
  return radiusMm * std::max(0.3, relative);
}

double Ellipse::level(double px, double py) const {
  const double c = std::cos(angle);
  const double s = std::sin(angle);
  const double u = (c * (px - x) + s * (py - y)) / along;
  const double v = (-s * (px - x) + c * (py - y)) / across;
  return std::sqrt(u * u + v * v);
}

HeartSection drawSection(std::mt19937_64& rng) {
  HeartSection s;
  s.level = drawLevel(rng);
  // The RV lies to the left of the picture, with wide variety.
  s.septumAngle = pi + normal(rng, 0.1, 0.5);
  if (s.level == SectionLevel::aboveBase) {
    drawVessels(s, rng);
    return s;
  }
  if (s.level == SectionLevel::belowApex) {
    s.hasRightVentricle = false;
    return s;
  }
  const double radius = drawCavityRadius(rng, s.level);
  s.endocardium = drawOutline(rng, radius, 0.06);
  s.wallMm = drawOutline(rng, drawWall(rng, radius), 0.12);
  drawRightVentricle(s, rng);
  drawPapillaries(s, rng);
  if (s.level == SectionLevel::basal) {
    s.openingAngle = s.septumAngle + normal(rng, 0, 1.0);
    s.openingHalfWidth = uniform(rng, 0, 1.1);
  }
  return s;
}

SectionPoint sectionAt(const HeartSection& s, double x, double y) {
  if (s.level == SectionLevel::belowApex) return {};
  if (s.level == SectionLevel::aboveBase) return inVessels(s, x, y);
  const double r = std::hypot(x, y);
  const double angle = std::atan2(y, x);
  const double inner = s.endocardium.at(angle);
  if (r < inner) {
    for (int i = 0; i < s.papillaryCount; ++i) {
      if (s.papillaries[static_cast<std::size_t>(i)].level(x, y) < 1) {
        return {Tissue::papillary, Structure::lvCavity};
      }
    }
    return {Tissue::blood, Structure::lvCavity};
  }
  if (r < inner + s.wallMm.at(angle)) {
    if (s.openingHalfWidth > 0 && angleBetween(angle, s.openingAngle) < s.openingHalfWidth) {
      return {Tissue::vesselBlood, Structure::background};  // outflow tract, not ventricle
    }
    return {Tissue::myocardium, Structure::lvMyocardium};
  }
  return inRightVentricle(s, x, y);
}

}  // namespace cmr
