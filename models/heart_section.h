// The outline of a heart cut in short axis at one level, as functions of position.
#pragma once

#include <array>
#include <random>

#include "analysis/label_stack.h"

namespace cmr {

enum class SectionLevel { mid, apical, basal, aboveBase, belowApex };

// Closed outline in polar form: mean radius and three harmonics.
struct PolarOutline {
  double radiusMm = 0;
  std::array<double, 3> cosine{};  // of harmonics 2, 3, 4, relative to the radius
  std::array<double, 3> sine{};
  double at(double angle) const;
};

struct Ellipse {
  double x = 0;  // mm, from the LV centre
  double y = 0;
  double along = 1;  // semi-axes, mm
  double across = 1;
  double angle = 0;
  // Below 1 inside, above 1 outside.
  double level(double px, double py) const;
};

struct HeartSection {
  SectionLevel level = SectionLevel::mid;
  PolarOutline endocardium;
  PolarOutline wallMm;     // thickness, a function of the angle too
  double septumAngle = 0;  // direction of the RV from the LV centre
  Ellipse rightVentricle;  // the part outside the LV's epicardium is RV
  double rvWallMm = 3;
  bool hasRightVentricle = true;
  double openingAngle = 0;      // basal: outflow side
  double openingHalfWidth = 0;  // 0: the ring is closed
  std::array<Ellipse, 4> papillaries{};
  int papillaryCount = 0;
  std::array<Ellipse, 4> vessels{};  // atria, aorta, pulmonary artery above the base
  int vesselCount = 0;
};

enum class Tissue { none, blood, myocardium, papillary, rvBlood, rvWall, vesselBlood, vesselWall };

struct SectionPoint {
  Tissue tissue = Tissue::none;
  Structure structure = Structure::background;
};

HeartSection drawSection(std::mt19937_64& rng);
// x, y in mm from the LV centre.
SectionPoint sectionAt(const HeartSection& section, double x, double y);

}  // namespace cmr
