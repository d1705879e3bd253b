// T1, T2 and extracellular volume of the left ventricle's muscle from maps in milliseconds.
//
// Messroghli et al., JCMR 2017;19:75 (SCMR/EACVI consensus): values of the muscle's middle, away
// from blood and fat, by segment and as a whole; artefacts left out. Medians and quartiles, so that
// single pixels do not decide.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "analysis/image_stack.h"
#include "analysis/label_stack.h"
#include "analysis/measurement.h"
#include "analysis/wall_pixels.h"

namespace cmr {

// t1: the images do not say whether contrast agent had been given.
enum class MapKind { t1Native, t1AfterContrast, t1, t2 };

// What muscle can have at 1.5 and 3 T, wide enough for every disease; pixels outside are counted
// and left out. T1 native 400 to 2500 ms, after contrast 100 to 1500 ms, either of
// them 100 to 2500 ms, T2 20 to 150 ms.
struct MapRange {
  double lowMs = 0;
  double highMs = 0;
};
MapRange plausibleRange(MapKind kind);

struct MapStatistic {
  double median = 0;
  double lowerQuartile = 0;
  double upperQuartile = 0;
  int pixels = 0;  // used
};

struct MapRegions {
  std::optional<MapStatistic> global;
  std::array<std::optional<MapStatistic>, ahaSegmentCount> segments;
  std::optional<MapStatistic> blood;  // of the cavity, at least 4 mm from its wall
  int outOfRange = 0;                 // pixels of the mid-wall left out: no plausible value
  int artefacts = 0;                  // and those more than 30 % off the median of their neighbours
  std::string withheld;               // why there is no global value; empty when there is one
};

// Muscle between a quarter and three quarters of the wall's depth, in slices whose wall is a closed
// ring. A region of fewer than 10 pixels has no value. A map whose unit is not "ms" (PS3.3 C.11.1,
// RescaleType; or stated by whoever read it, in stack.rescaleUnits) is withheld as a whole.
MapRegions measureMap(const ImageStack& stack, const LabelStack& labels, MapKind kind,
                      const std::vector<std::optional<SeptumDirections>>& septum);

// Extracellular volume in per cent: (1 - haematocrit) times the change of 1/T1 of the muscle over
// that of the blood (Arheden et al., Radiology 1999;211:698; Kellman and Hansen, JCMR 2014;16:2).
// haematocrit is a share, 0.2 to 0.7. Nothing when blood or muscle take up no contrast agent or the
// result is not between 0 and 100.
std::optional<double> ecvPercent(double muscleBefore, double muscleAfter, double bloodBefore,
                                 double bloodAfter, double haematocrit);

// Always the same list for a kind ("t1" for native or unknown, "t1post" or "t2" as prefix p):
// p.global, p.global.q1, p.global.q3, p.blood (not for T2) and p.segment.<1..16>, all in ms.
std::vector<Measurement> mapMeasurements(
    const ImageStack& stack, const LabelStack& labels, MapKind kind,
    const std::vector<std::optional<SeptumDirections>>& septum);

// ecv.global and ecv.segment.<1..16> (%). By region, so that maps of other geometry go together.
std::vector<Measurement> ecvMeasurements(const MapRegions& before, const MapRegions& after,
                                         std::optional<double> haematocrit);

}  // namespace cmr
