#include "analysis/lge_extent.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <numbers>
#include <set>

#include "analysis/enhanced_wall.h"
#include "analysis/measurement_verdict.h"
#include "analysis/ventricle_measurements.h"
#include "analysis/volumes.h"

namespace cmr {
namespace {

constexpr double turn = 2 * std::numbers::pi;
constexpr int sectorStarts = 24;
constexpr double sectorRad = turn / 6;
constexpr std::size_t fewestRemotePixels = 12;
constexpr double mostOfMedianSd = 1.5;
constexpr int transmuralSteps = 48;

const char* nameOf(LgeMethod method) {
  return method == LgeMethod::fwhm ? "fwhm" : method == LgeMethod::fiveSd ? "5sd" : "6sd";
}

std::string nameForPeople(LgeMethod method) {
  return method == LgeMethod::fwhm ? "FWHM" : method == LgeMethod::fiveSd ? "5 SD" : "6 SD";
}

const char* sourceOf(LgeMethod method) {
  switch (method) {
    case LgeMethod::fwhm:
      return "muscle above half of the brightest enhancement (FWHM: Amado et al., JACC "
             "2004;44:2383)";
    case LgeMethod::fiveSd:
      return "muscle above the remote region's mean plus 5 SD (Bondarenko et al., JCMR 2005;7:481)";
    case LgeMethod::sixSd:
      return "muscle above the remote region's mean plus 6 SD (Bulluck et al., JCMR 2016;18:57)";
  }
  return "";
}

RemoteRegion regionOf(int slice, double fromRad, const std::vector<const WallPixel*>& pixels) {
  RemoteRegion region{slice, fromRad, fromRad + sectorRad, {}, 0, 0};
  for (const WallPixel* p : pixels) {
    region.pixels.push_back(p->pixel);
    region.mean += p->value / static_cast<double>(pixels.size());
  }
  double square = 0;
  for (const WallPixel* p : pixels) square += std::pow(p->value - region.mean, 2);
  region.standardDeviation = std::sqrt(square / static_cast<double>(pixels.size() - 1));
  return region;
}

struct Threshold {
  std::optional<double> value;
  std::string withheld;
};

// What no signal looks like, from which half of the brightest is meant.
Threshold zeroOf(const ImageStack& stack, LgeImage kind) {
  if (kind == LgeImage::unknown) {
    return {std::nullopt,
            "The header does not say whether the images are magnitude or phase-sensitive, so that "
            "the value of no signal is not known."};
  }
  if (kind == LgeImage::magnitude) return {0.0, ""};
  const std::optional<double> background = phaseSensitiveZero(stack);
  if (background) return {background, ""};
  return {std::nullopt,
          "The phase-sensitive images show no background from which the value of no signal "
          "could be read."};
}

// Half of the brightest of what is enhanced by 5 SD, and never below that.
Threshold halfMaximum(const ImageStack& stack, const LabelStack& labels,
                      const std::vector<WallPixel>& wall, LgeImage kind,
                      const RemoteRegion& remote) {
  const Threshold zero = zeroOf(stack, kind);
  if (!zero.value) return zero;
  const double five = remote.mean + 5 * remote.standardDeviation;
  const std::vector<bool> enhanced = enhancedWall(stack, labels, wall, five, remote.mean);
  std::vector<double> values;
  for (std::size_t i = 0; i < wall.size(); ++i) {
    if (enhanced[i]) values.push_back(wall[i].value);
  }
  if (values.empty()) return {HUGE_VAL, ""};
  const double brightest = quantileOf(values, 0.95);
  return {std::max(five, *zero.value + (brightest - *zero.value) / 2), ""};
}

Threshold thresholdOf(const ImageStack& stack, const LabelStack& labels,
                      const std::vector<WallPixel>& wall, LgeImage kind, LgeMethod method,
                      const std::optional<RemoteRegion>& remote) {
  if (wall.empty()) return {std::nullopt, "No left ventricular myocardium was found."};
  if (!remote) {
    return {std::nullopt,
            "No remote region: in no slice is the wall a closed ring that is wide enough."};
  }
  if (remote->standardDeviation <= 0) {
    return {std::nullopt, "No remote region: its pixels are all alike, so that it has no noise."};
  }
  if (method == LgeMethod::fwhm) return halfMaximum(stack, labels, wall, kind, *remote);
  const int deviations = method == LgeMethod::fiveSd ? 5 : 6;
  return {remote->mean + deviations * remote->standardDeviation, ""};
}

std::array<std::optional<LgeSegment>, ahaSegmentCount> segmentsOf(
    const std::vector<WallPixel>& wall, const std::vector<bool>& enhanced) {
  struct Area {
    double all = 0;
    double enhanced = 0;
  };
  std::array<Area, ahaSegmentCount> areas;
  std::array<std::map<std::pair<int, int>, Area>, ahaSegmentCount> steps;
  for (std::size_t i = 0; i < wall.size(); ++i) {
    const WallPixel& p = wall[i];
    if (p.segment == 0) continue;
    const auto at = static_cast<std::size_t>(p.segment - 1);
    const int step = static_cast<int>(*p.directionRad / turn * transmuralSteps);
    for (Area* area : {&areas[at], &steps[at][{p.slice, step}]}) {
      area->all += p.areaMm2;
      if (enhanced[i]) area->enhanced += p.areaMm2;
    }
  }
  std::array<std::optional<LgeSegment>, ahaSegmentCount> segments;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (areas[i].all <= 0) continue;
    LgeSegment segment{100 * areas[i].enhanced / areas[i].all, 0};
    double sum = 0;
    int count = 0;
    for (const auto& [key, step] : steps[i]) {
      if (step.enhanced <= 0) continue;
      sum += 100 * step.enhanced / step.all;
      ++count;
    }
    if (count > 0) segment.transmuralityPercent = sum / count;
    segments[i] = segment;
  }
  return segments;
}

std::vector<std::size_t> imagesWith(const ImageStack& stack, const std::vector<WallPixel>& wall) {
  std::set<int> slices;
  for (const WallPixel& p : wall) slices.insert(p.slice);
  std::vector<std::size_t> images;
  for (const int slice : slices) images.push_back(stack.frame(slice, 0).sourceIndex);
  return images;
}

std::string remoteText(const std::vector<WallPixel>& wall) {
  const auto remote = remoteRegion(wall);
  if (!remote) return "";
  char text[240];
  std::snprintf(text, sizeof text,
                " At the wall's edges also above half of what lies beside it. Remote region: slice "
                "%d, %.0f to %.0f degrees, %zu pixels, mean %.4g, SD %.3g.",
                remote->slice + 1, remote->fromRad * 360 / turn, remote->toRad * 360 / turn,
                remote->pixels.size(), remote->mean, remote->standardDeviation);
  return text;
}

struct Description {
  std::string id;
  std::string label;
  Code property;
  Code unit;
  std::string method;
};

Measurement describe(Description d, std::optional<double> value, const std::string& withheld) {
  Measurement m;
  m.id = std::move(d.id);
  m.label = std::move(d.label);
  m.concept_ = std::move(d.property);
  m.unit = std::move(d.unit);
  m.method = std::move(d.method);
  m.value = value;
  if (!value) worsen(m, Quality::unmeasurable, withheld);
  return m;
}

const Code percentUnit{"%", "UCUM", "percent"};

void addSegments(std::vector<Measurement>& all, const LgeExtent& extent, const std::string& how) {
  const std::string none = extent.threshold
                               ? "No slice with a closed wall and known RV insertion points shows "
                                 "this segment."
                               : extent.withheld;
  const auto add = [&](int n, std::optional<double> percent, std::optional<double> depth,
                       const std::string& why) {
    const std::string id = "lge.segment." + std::to_string(n);
    all.push_back(describe({id + ".percent",
                            "LGE " + ahaName(n),
                            {"scar-percent", "99CMR", "Enhanced share of myocardium"},
                            percentUnit,
                            "Share of the segment's area: " + how},
                           percent, why));
    all.push_back(describe({id + ".transmurality",
                            "LGE transmurality " + ahaName(n),
                            {"scar-depth", "99CMR", "Transmurality of enhancement"},
                            percentUnit,
                            "Share of the wall's depth where there is enhancement: " + how},
                           depth, why));
  };
  for (int n = 1; n <= ahaSegmentCount; ++n) {
    const auto& segment = extent.segments.at(static_cast<std::size_t>(n - 1));
    const auto value = [&](double LgeSegment::*which) {
      return segment ? std::optional((*segment).*which) : std::nullopt;
    };
    add(n, value(&LgeSegment::percent), value(&LgeSegment::transmuralityPercent), none);
  }
  add(ahaApex, std::nullopt, std::nullopt, apexNotMeasured);
}

}  // namespace

std::optional<RemoteRegion> remoteRegion(const std::vector<WallPixel>& wall) {
  std::map<int, std::vector<const WallPixel*>> slices;
  for (const WallPixel& p : wall) {
    if (p.depth && *p.depth >= 0.2 && *p.depth <= 0.8) slices[p.slice].push_back(&p);
  }
  std::vector<RemoteRegion> regions;
  for (const auto& [slice, pixels] : slices) {
    for (int start = 0; start < sectorStarts; ++start) {
      const double from = turn * start / sectorStarts;
      std::vector<const WallPixel*> inside;
      for (const WallPixel* p : pixels) {
        if (std::fmod(*p->directionRad - from + turn, turn) < sectorRad) inside.push_back(p);
      }
      if (inside.size() < fewestRemotePixels) continue;
      regions.push_back(regionOf(slice, from, inside));
    }
  }
  if (regions.empty()) return std::nullopt;
  std::vector<double> deviations;
  for (const RemoteRegion& region : regions) deviations.push_back(region.standardDeviation);
  const double most = mostOfMedianSd * quantileOf(deviations, 0.5);
  const RemoteRegion* best = nullptr;
  for (const RemoteRegion& region : regions) {
    if (region.standardDeviation > most) continue;
    if (best == nullptr || region.mean < best->mean) best = &region;
  }
  return *best;  // half of them are no more uneven than the median
}

std::optional<double> phaseSensitiveZero(const ImageStack& stack) {
  std::vector<double> rim;
  const int width = std::max(1, std::min(stack.rows, stack.columns) / 12);
  for (const StackFrame& frame : stack.frames) {
    for (int row = 0; row < stack.rows; ++row) {
      for (int column = 0; column < stack.columns; ++column) {
        if (row >= width && row < stack.rows - width && column >= width &&
            column < stack.columns - width) {
          continue;
        }
        rim.push_back(static_cast<double>(frame.pixels.at(
            static_cast<std::size_t>(row) * static_cast<std::size_t>(stack.columns) +
            static_cast<std::size_t>(column))));
      }
    }
  }
  if (rim.empty()) return std::nullopt;
  if (quantileOf(rim, 0.75) <= quantileOf(rim, 0.25)) return std::nullopt;
  const double zero = quantileOf(rim, 0.5);
  std::size_t below = 0;
  std::size_t count = 0;
  for (const StackFrame& frame : stack.frames) {
    count += frame.pixels.size();
    below += static_cast<std::size_t>(
        std::count_if(frame.pixels.begin(), frame.pixels.end(),
                      [&](float v) { return static_cast<double>(v) < zero; }));
  }
  if (static_cast<double>(below) < 0.02 * static_cast<double>(count)) return std::nullopt;
  return zero;
}

LgeExtent lgeExtent(const ImageStack& stack, const LabelStack& labels,
                    const std::vector<WallPixel>& wall, LgeImage kind, LgeMethod method) {
  LgeExtent extent;
  extent.method = method;
  extent.enhancedPixels.resize(static_cast<std::size_t>(labels.sliceCount));
  const std::optional<RemoteRegion> remote = remoteRegion(wall);
  const Threshold threshold = thresholdOf(stack, labels, wall, kind, method, remote);
  extent.threshold = threshold.value;
  extent.withheld = threshold.withheld;
  if (!extent.threshold) return extent;
  const std::vector<bool> isEnhanced =
      enhancedWall(stack, labels, wall, *extent.threshold, remote->mean);
  // A single slice counts by area alone.
  const std::vector<double> discs = discThicknessesMm(stack);
  double all = 0;
  double enhanced = 0;
  for (std::size_t i = 0; i < wall.size(); ++i) {
    const WallPixel& p = wall[i];
    const auto slice = static_cast<std::size_t>(p.slice);
    const double amount = p.areaMm2 * (discs.empty() ? 1 : discs[slice]);
    all += amount;
    if (!isEnhanced[i]) continue;
    enhanced += amount;
    extent.enhancedPixels[slice].push_back(p.pixel);
  }
  extent.percent = 100 * enhanced / all;
  if (!discs.empty()) extent.massG = enhanced / 1000 * myocardialDensityGPerMl;
  extent.segments = segmentsOf(wall, isEnhanced);
  return extent;
}

std::vector<Measurement> lgeMeasurements(const ImageStack& stack, const LabelStack& labels,
                                         const std::vector<std::optional<SeptumDirections>>& septum,
                                         LgeImage kind) {
  const std::vector<WallPixel> wall = wallPixels(stack, labels, 0, septum);
  const std::string remote = remoteText(wall);
  std::vector<Measurement> all;
  LgeExtent bySegment;
  for (const LgeMethod method : {LgeMethod::fwhm, LgeMethod::fiveSd, LgeMethod::sixSd}) {
    LgeExtent extent = lgeExtent(stack, labels, wall, kind, method);
    const std::string name = nameOf(method);
    const std::string how = std::string(sourceOf(method)) + "." + remote;
    all.push_back(describe({"lge.mass." + name,
                            "LGE mass, " + nameForPeople(method),
                            {"scar-mass", "99CMR", "Enhanced myocardial mass"},
                            {"g", "UCUM", "gram"},
                            "Volume of " + how + " Times 1.05 g/mL."},
                           extent.massG,
                           extent.threshold ? "A single slice has no volume." : extent.withheld));
    all.push_back(describe({"lge.percent." + name,
                            "LGE extent, " + nameForPeople(method),
                            {"scar-percent", "99CMR", "Enhanced share of myocardium"},
                            percentUnit,
                            "Share of the LV muscle's volume: " + how},
                           extent.percent, extent.withheld));
    if (method == LgeMethod::fiveSd) bySegment = std::move(extent);
  }
  addSegments(all, bySegment, std::string(sourceOf(LgeMethod::fiveSd)) + "." + remote);
  const std::vector<std::size_t> images = imagesWith(stack, wall);
  for (Measurement& m : all) {
    if (m.value) m.sourceFrames = images;
  }
  return all;
}

}  // namespace cmr
