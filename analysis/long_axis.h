// Volumes and motion of the left heart, and atrial areas, from outlines in two- and four-chamber
// images. Labels: LongAxisStructure, one image per phase.
//
// Formulas: Lang et al., J Am Soc Echocardiogr 2015;28:1 (ASE/EACVI): area-length
// V = 8 A1 A2 / (3 pi L) with the shorter of both lengths, one plane A1 = A2; discs (modified
// Simpson) V = pi/4 sum(d1 d2) L/20 with the longer. They are exact for ellipsoids of revolution
// about the long axis. Strain and excursion are those of lines, not of tissue.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "analysis/contours.h"
#include "analysis/image_stack.h"
#include "analysis/label_stack.h"
#include "analysis/long_axis_structure.h"
#include "analysis/measurement.h"

namespace cmr {

inline constexpr int longAxisDiscs = 20;

// One chamber in one image, in mm of the image plane: x along the columns, y along the rows, the
// first pixel's centre at 0, 0.
struct ChamberShape {
  std::array<Point2, 2> base;  // ends of the valve's line
  Point2 tip;                  // what lies farthest from the middle of the base: apex, atrial roof
  double areaMm2 = 0;
  double lengthMm = 0;                          // from the middle of the base to the tip
  std::array<double, longAxisDiscs> widthMm{};  // of discs across that line, from the base
};

// The base of the left ventricle is where it borders on its atrium or, where that is not outlined,
// on neither itself nor its muscle; an atrium's where it borders on its ventricle. Nothing where
// the chamber is not there, or its base has no two ends.
std::optional<ChamberShape> chamberShape(const PlaneGeometry& plane,
                                         std::span<const std::uint8_t> labels, int rows,
                                         int columns, LongAxisStructure chamber);

// mL. second: another plane, or nothing for a single plane.
double areaLengthMl(const ChamberShape& first, const ChamberShape* second = nullptr);
double discsMl(const ChamberShape& first, const ChamberShape* second = nullptr);

// Length in mm of the endocardium from one end of the base through the apex to the other,
// smoothed over 4 mm so that pixel steps do not lengthen it. Nothing as above.
std::optional<double> endocardialLengthMm(const PlaneGeometry& plane,
                                          std::span<const std::uint8_t> labels, int rows,
                                          int columns, const ChamberShape& leftVentricle);

// How far the ends of the base go towards the apex between two phases, along the axis at the
// first: mean of both (mm, mitral annular plane systolic excursion).
double annularExcursionMm(const ChamberShape& endDiastole, const ChamberShape& endSystole);

// One long-axis cine with labels; slice 0.
struct LongAxisView {
  const ImageStack* stack = nullptr;
  const LabelStack* labels = nullptr;
};

// A chamber over the cycle in one view, at its largest and its smallest.
struct ChamberCycle {
  ChamberShape largest;
  ChamberShape smallest;
  int largestPhase = 0;
  int smallestPhase = 0;
};

// By the outlined area. Nothing where a phase shows the chamber without its valve: a curve with
// gaps has no certain ends.
std::optional<ChamberCycle> chamberCycle(const LongAxisView& view, LongAxisStructure chamber);

// Lengths of one chamber that differ by more than 10 % between two planes are not of one axis (Lang
// et al.): one of the planes is foreshortened.
bool isForeshortened(const ChamberShape& first, const ChamberShape& second);
extern const char* const foreshortenedReason;

// Always the same list: lax.lv.edv, .esv, .ef (biplane discs; of one plane and uncertain when only
// one is there), lax.lv.edv.al, .esv.al, .ef.al (area-length), lax.la.max and .min (mL),
// lax.la.area (cm2, four-chamber, largest), lax.ra.area and lax.ra.max, lax.mapse (mm), lax.gls
// (%). End diastole is the phase of the largest LV, end systole of the smallest, in each view by
// itself. Atria are measured in planes that were laid through the left ventricle and may pass
// beside the middle of the atrium: over 40 drawn hearts the two-chamber plane did by 8 mm, and the
// left atrium came out a quarter too small; through its middle it was right.
std::vector<Measurement> longAxisMeasurements(const std::optional<LongAxisView>& twoChamber,
                                              const std::optional<LongAxisView>& fourChamber);

}  // namespace cmr
