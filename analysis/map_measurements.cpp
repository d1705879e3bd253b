#include "analysis/map_measurements.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <utility>

#include "analysis/label_regions.h"
#include "analysis/measurement_verdict.h"

namespace cmr {
namespace {

constexpr double erosion = 0.25;  // of the wall's depth, from either side
constexpr double bloodMarginMm = 4;
constexpr std::size_t fewestPixels = 10;
constexpr double loneShare = 0.3;
constexpr double mostLeftOut = 0.2;

std::optional<MapStatistic> statisticOf(const std::vector<double>& values) {
  if (values.size() < fewestPixels) return std::nullopt;
  return MapStatistic{quantileOf(values, 0.5), quantileOf(values, 0.25), quantileOf(values, 0.75),
                      static_cast<int>(values.size())};
}

// Whether a pixel stands alone against its neighbours in the muscle: noise or an artefact. A lesion
// has neighbours of its kind.
bool standsAlone(const WallPixel& p, const std::map<std::pair<int, std::size_t>, double>& all,
                 int columns) {
  std::vector<double> around;
  for (const int dy : {-1, 0, 1}) {
    for (const int dx : {-1, 0, 1}) {
      if (dx == 0 && dy == 0) continue;
      const auto at = static_cast<std::ptrdiff_t>(p.pixel) + dy * columns + dx;
      if (at < 0) continue;
      const auto found = all.find({p.slice, static_cast<std::size_t>(at)});
      if (found != all.end()) around.push_back(found->second);
    }
  }
  if (around.size() < 3) return false;
  const double median = quantileOf(std::move(around), 0.5);
  return std::abs(p.value - median) > loneShare * median;
}

// Keeps what has a plausible value like that of its neighbours; counts the rest.
std::vector<WallPixel> sound(const std::vector<WallPixel>& wall, const MapRange& range, int columns,
                             MapRegions& regions) {
  std::vector<WallPixel> inside;
  std::map<std::pair<int, std::size_t>, double> values;
  for (const WallPixel& p : wall) {
    if (!p.depth || *p.depth < erosion || *p.depth > 1 - erosion) continue;
    if (!(p.value >= range.lowMs && p.value <= range.highMs)) {
      ++regions.outOfRange;
      continue;
    }
    inside.push_back(p);
    values[{p.slice, p.pixel}] = p.value;
  }
  std::vector<WallPixel> kept;
  for (const WallPixel& p : inside) {
    if (standsAlone(p, values, columns)) {
      ++regions.artefacts;
    } else {
      kept.push_back(p);
    }
  }
  return kept;
}

std::vector<double> bloodValues(const ImageStack& stack, const LabelStack& labels,
                                const MapRange& range) {
  std::vector<double> values;
  for (int slice = 0; slice < labels.sliceCount; ++slice) {
    const PlaneGeometry& plane = stack.planes.at(static_cast<std::size_t>(slice));
    const BinaryImage cavity = pixelsOf(labels.frame(slice, 0), labels.rows, labels.columns,
                                        static_cast<std::uint8_t>(Structure::lvCavity));
    const std::vector<double> distance =
        signedDistanceMm(cavity, plane.columnSpacingMm, plane.rowSpacingMm);
    const std::vector<float>& pixels = stack.frame(slice, 0).pixels;
    for (std::size_t i = 0; i < distance.size(); ++i) {
      const auto value = static_cast<double>(pixels.at(i));
      if (distance[i] <= -bloodMarginMm && value >= range.lowMs && value <= range.highMs) {
        values.push_back(value);
      }
    }
  }
  return values;
}

MapRange bloodRange(MapKind kind) {
  switch (kind) {
    case MapKind::t1Native:
      return {800, 3000};
    case MapKind::t1AfterContrast:
      return {50, 1500};
    case MapKind::t1:
      return {50, 3000};
    case MapKind::t2:
      return {50, 500};
  }
  return {};
}

struct Kind {
  const char* prefix;
  const char* name;
  Code code;
};

Kind kindOf(MapKind kind) {
  const Code t1{"113063", "DCM", "T1"};
  switch (kind) {
    case MapKind::t1Native:
      return {"t1", "Native T1", t1};
    case MapKind::t1AfterContrast:
      return {"t1post", "T1 after contrast", t1};
    case MapKind::t1:
      return {"t1", "T1", t1};
    case MapKind::t2:
      break;
  }
  return {"t2", "T2", {"113065", "DCM", "T2"}};
}

Measurement describe(const std::string& id, const std::string& label, const Code& code,
                     const Code& unit, const std::string& method, std::optional<double> value,
                     const std::string& withheld) {
  Measurement m;
  m.id = id;
  m.label = label;
  m.concept_ = code;
  m.unit = unit;
  m.method = method;
  m.value = value;
  if (!value) worsen(m, Quality::unmeasurable, withheld);
  return m;
}

const Code millisecond{"ms", "UCUM", "millisecond"};
const Code percentUnit{"%", "UCUM", "percent"};

std::optional<double> part(const std::optional<MapStatistic>& s, double MapStatistic::*which) {
  return s ? std::optional((*s).*which) : std::nullopt;
}

std::vector<std::size_t> imagesWithMuscle(const ImageStack& stack, const LabelStack& labels) {
  std::vector<std::size_t> images;
  for (int slice = 0; slice < labels.sliceCount; ++slice) {
    const auto frame = labels.frame(slice, 0);
    if (std::find(frame.begin(), frame.end(), static_cast<std::uint8_t>(Structure::lvMyocardium)) !=
        frame.end()) {
      images.push_back(stack.frame(slice, 0).sourceIndex);
    }
  }
  return images;
}

// A map of which much had to be left out is not trusted as one of which nothing had.
void doubtWhereMuchIsMissing(std::vector<Measurement>& all, const MapRegions& regions) {
  const double out = regions.outOfRange + regions.artefacts;
  const double used = regions.global ? regions.global->pixels : 0;
  if (out <= mostLeftOut * (out + used)) return;
  for (Measurement& m : all) {
    if (!m.value) continue;
    worsen(m, Quality::uncertain,
           std::to_string(static_cast<int>(out)) + " of " +
               std::to_string(static_cast<int>(out + used)) +
               " mid-wall pixels were left out as artefacts or beyond any plausible value.");
  }
}

}  // namespace

MapRange plausibleRange(MapKind kind) {
  switch (kind) {
    case MapKind::t1Native:
      return {400, 2500};
    case MapKind::t1AfterContrast:
      return {100, 1500};
    case MapKind::t1:
      return {100, 2500};
    case MapKind::t2:
      return {20, 150};
  }
  return {};
}

MapRegions measureMap(const ImageStack& stack, const LabelStack& labels, MapKind kind,
                      const std::vector<std::optional<SeptumDirections>>& septum) {
  MapRegions regions;
  if (stack.rescaleUnits != "ms") {
    regions.withheld =
        stack.rescaleUnits.empty()
            ? "The map does not state that its values are milliseconds."
            : "The map states '" + stack.rescaleUnits + "' as its unit, not milliseconds.";
    return regions;
  }
  const std::vector<WallPixel> wall = wallPixels(stack, labels, 0, septum);
  const std::vector<WallPixel> kept = sound(wall, plausibleRange(kind), labels.columns, regions);
  std::vector<double> all;
  std::array<std::vector<double>, ahaSegmentCount> bySegment;
  for (const WallPixel& p : kept) {
    all.push_back(p.value);
    if (p.segment > 0) bySegment.at(static_cast<std::size_t>(p.segment - 1)).push_back(p.value);
  }
  regions.global = statisticOf(all);
  for (std::size_t i = 0; i < bySegment.size(); ++i)
    regions.segments[i] = statisticOf(bySegment[i]);
  regions.blood = statisticOf(bloodValues(stack, labels, bloodRange(kind)));
  if (!regions.global) {
    regions.withheld =
        wall.empty() ? "No left ventricular myocardium was found."
        : regions.outOfRange > 0
            ? "The mid-wall holds too few pixels with a plausible value."
            : "In no slice is the wall a closed ring that is wide enough to measure its middle.";
  }
  return regions;
}

std::optional<double> ecvPercent(double muscleBefore, double muscleAfter, double bloodBefore,
                                 double bloodAfter, double haematocrit) {
  if (!(muscleBefore > 0 && muscleAfter > 0 && bloodBefore > 0 && bloodAfter > 0)) {
    return std::nullopt;
  }
  if (!(haematocrit >= 0.2 && haematocrit <= 0.7)) return std::nullopt;
  const double muscle = 1 / muscleAfter - 1 / muscleBefore;
  const double blood = 1 / bloodAfter - 1 / bloodBefore;
  if (muscle <= 0 || blood <= 0) return std::nullopt;
  const double percent = 100 * (1 - haematocrit) * muscle / blood;
  return percent < 100 ? std::optional(percent) : std::nullopt;
}

std::vector<Measurement> mapMeasurements(
    const ImageStack& stack, const LabelStack& labels, MapKind kind,
    const std::vector<std::optional<SeptumDirections>>& septum) {
  const MapRegions r = measureMap(stack, labels, kind, septum);
  const Kind k = kindOf(kind);
  const std::string p = k.prefix;
  const std::string name = k.name;
  const std::string where =
      " of the muscle between a quarter and three quarters of its depth (Messroghli et al., JCMR "
      "2017;19:75); left out: " +
      std::to_string(r.outOfRange) + " pixels without a plausible value, " +
      std::to_string(r.artefacts) + " artefacts.";
  std::vector<Measurement> all;
  const auto add = [&](const std::string& id, const std::string& label, const std::string& method,
                       std::optional<double> value, const std::string& withheld) {
    all.push_back(describe(p + id, name + label, k.code, millisecond, method, value,
                           r.withheld.empty() ? withheld : r.withheld));
  };
  add(".global", ", LV muscle", "Median" + where, part(r.global, &MapStatistic::median), "");
  add(".global.q1", ", lower quartile", "Lower quartile" + where,
      part(r.global, &MapStatistic::lowerQuartile), "");
  add(".global.q3", ", upper quartile", "Upper quartile" + where,
      part(r.global, &MapStatistic::upperQuartile), "");
  if (kind != MapKind::t2) {
    add(".blood", ", LV blood", "Median of the LV cavity at least 4 mm from its wall.",
        part(r.blood, &MapStatistic::median), "The LV cavity is too narrow to measure its blood.");
  }
  for (int n = 1; n <= ahaSegmentCount; ++n) {
    add(".segment." + std::to_string(n), ", " + ahaName(n), "Median" + where,
        part(r.segments.at(static_cast<std::size_t>(n - 1)), &MapStatistic::median),
        "Fewer than 10 sound pixels of this segment, or no RV insertion points to count it from.");
  }
  add(".segment." + std::to_string(ahaApex), ", " + ahaName(ahaApex), "Median" + where,
      std::nullopt, apexNotMeasured);
  const std::vector<std::size_t> images = imagesWithMuscle(stack, labels);
  for (Measurement& m : all) {
    if (m.value) m.sourceFrames = images;
  }
  doubtWhereMuchIsMissing(all, r);
  return all;
}

std::vector<Measurement> ecvMeasurements(const MapRegions& before, const MapRegions& after,
                                         std::optional<double> haematocrit) {
  std::string missing;
  if (!haematocrit) {
    missing = "No haematocrit is known.";
  } else if (*haematocrit < 0.2 || *haematocrit > 0.7) {
    missing = "The haematocrit stated is none that a patient has.";
  } else if (!before.global || !after.global) {
    missing = before.global ? after.withheld : before.withheld;
  } else if (!before.blood || !after.blood) {
    missing = "The LV cavity is too narrow to measure its blood.";
  }
  const auto of = [&](const std::optional<MapStatistic>& a, const std::optional<MapStatistic>& b) {
    if (!missing.empty() || !a || !b) return std::optional<double>();
    return ecvPercent(a->median, b->median, before.blood->median, after.blood->median,
                      *haematocrit);
  };
  const Code code{"ecv", "99CMR", "Extracellular volume fraction"};
  const std::string method =
      "(1 - haematocrit) times the change of 1/T1 of muscle over that of blood, medians by region "
      "(Arheden et al., Radiology 1999;211:698).";
  const std::string none = missing.empty()
                               ? "No plausible uptake of contrast agent in this region at both "
                                 "times."
                               : missing;
  std::vector<Measurement> all{describe("ecv.global", "ECV, LV muscle", code, percentUnit, method,
                                        of(before.global, after.global), none)};
  for (int n = 1; n <= ahaSegmentCount; ++n) {
    const auto at = static_cast<std::size_t>(n - 1);
    all.push_back(describe("ecv.segment." + std::to_string(n), "ECV, " + ahaName(n), code,
                           percentUnit, method, of(before.segments[at], after.segments[at]), none));
  }
  all.push_back(describe("ecv.segment." + std::to_string(ahaApex), "ECV, " + ahaName(ahaApex), code,
                         percentUnit, method, std::nullopt, apexNotMeasured));
  return all;
}

}  // namespace cmr
