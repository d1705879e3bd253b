// A heart of labels that beats: half an ellipsoid whose base descends in systole, with a right
// ventricle beside it. Its volumes follow from its labels, so tests compare against those, not
// against formulas. And a segmenter that "finds" given labels, right or wrong.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <stdexcept>
#include <string>
#include <utility>

#include "analysis/frame_segmenter.h"
#include "analysis/sax_analysis.h"

namespace cmr::test {

struct BeatingHeart {
  int slices = 13;
  int phases = 20;
  int size = 96;              // rows and columns
  double pixelMm = 1.5;       // of columns and rows
  double sliceMm = 8;         // between slices, which run from beyond the base to beyond the apex
  double baseMm = 20;         // position of the base at end diastole, from slice 0
  double apexMm = 92;         // of the cavity; the wall is thinner than a slice there
  double cavityMm = 24;       // radius at end diastole
  double wallMm = 9;          // at end diastole
  double descentMm = 9;       // of the base towards end systole
  double shrinks = 0.72;      // radius of the cavity at end systole over that at end diastole
  int endDiastole = 0;        // phase
  double systoleShare = 0.4;  // of the cycle, from ED to ES
  double driftMmPerSlice = 0.6;

  // 0 at end diastole, 1 at end systole.
  double contraction(int phase) const {
    const double t =
        static_cast<double>((phase - endDiastole + phases) % phases) / static_cast<double>(phases);
    const double along = t < systoleShare ? t / systoleShare : (1 - t) / (1 - systoleShare);
    return (1 - std::cos(std::numbers::pi * along)) / 2;
  }
  double baseAt(int phase) const { return baseMm + descentMm * contraction(phase); }
  double centreX(int slice) const { return size * 0.55 + slice * driftMmPerSlice / pixelMm; }
  double centreY() const { return size * 0.5; }

  bool holdsLv(int slice, int phase) const {
    return slice * sliceMm >= baseAt(phase) && slice * sliceMm < apexMm;
  }
  double cavityRadius(int slice, int phase) const {
    const double depth =
        (slice * sliceMm - baseAt(phase)) / (apexMm - baseAt(phase));  // 0 base, 1 apex
    const double c = contraction(phase);
    return cavityMm * (1 - c * (1 - shrinks)) * std::sqrt(std::max(0.0, 1 - depth * depth));
  }
  // The wall keeps its volume: its area grows as the ventricle shortens.
  double outerRadius(int slice, int phase) const {
    const double depth = (slice * sliceMm - baseAt(phase)) / (apexMm - baseAt(phase));
    const double taper = std::sqrt(std::max(0.0, 1 - depth * depth));
    const double inner = cavityMm * taper;
    const double wallArea = (inner + wallMm) * (inner + wallMm) - inner * inner;
    const double longer = (apexMm - baseMm) / (apexMm - baseAt(phase));
    const double now = cavityRadius(slice, phase);
    return std::sqrt(now * now + wallArea * longer);
  }

  template <typename Which>
  void paint(LabelStack& labels, int slice, int phase, Structure structure,
             const Which& which) const {
    const auto frame = labels.frame(slice, phase);
    for (int y = 0; y < labels.rows; ++y) {
      for (int x = 0; x < labels.columns; ++x) {
        if (which((x - centreX(slice)) * pixelMm, (y - centreY()) * pixelMm)) {
          frame[static_cast<std::size_t>(y) * static_cast<std::size_t>(labels.columns) +
                static_cast<std::size_t>(x)] = static_cast<std::uint8_t>(structure);
        }
      }
    }
  }

  void draw(LabelStack& labels, int slice, int phase) const {
    if (!holdsLv(slice, phase)) {
      return;
    }
    const double inner = cavityRadius(slice, phase);
    const double outer = outerRadius(slice, phase);
    const double depth = (slice * sliceMm - baseAt(phase)) / (apexMm - baseAt(phase));
    if (depth < 0.7) {
      const double rv = outer * (0.95 - 0.5 * depth) * (1 - 0.2 * contraction(phase));
      paint(labels, slice, phase, Structure::rvCavity,
            [&](double x, double y) { return std::hypot(x + outer + 0.3 * rv, y) < rv; });
    }
    paint(labels, slice, phase, Structure::lvMyocardium,
          [&](double x, double y) { return std::hypot(x, y) < outer; });
    paint(labels, slice, phase, Structure::lvCavity,
          [&](double x, double y) { return std::hypot(x, y) < inner; });
  }

  LabelStack labels() const {
    LabelStack all(size, size, slices, phases);
    for (int slice = 0; slice < slices; ++slice) {
      for (int phase = 0; phase < phases; ++phase) {
        draw(all, slice, phase);
      }
    }
    return all;
  }

  ImageStack stack() const {
    ImageStack s;
    s.rows = s.columns = size;
    s.sliceCount = slices;
    s.phaseCount = phases;
    for (int slice = 0; slice < slices; ++slice) {
      s.planes.push_back({{0, 0, -slice * sliceMm}, {1, 0, 0}, {0, -1, 0}, pixelMm, pixelMm});
    }
    for (int i = 0; i < slices * phases; ++i) {
      StackFrame frame;
      frame.sourceIndex = static_cast<std::size_t>(1000 + i);
      frame.timing.triggerTimeMs = 40.0 * (i % phases) + 10;
      s.frames.push_back(std::move(frame));
    }
    s.heartRateBpm = 70;
    return s;
  }

  // Errors a network makes.

  // The outflow tract seen as a cavity: myocardium along only a share of its circumference.
  void addOutflow(LabelStack& labels, int slice, int phase, double ringShare,
                  double radiusMm) const {
    paint(labels, slice, phase, Structure::lvMyocardium, [&](double x, double y) {
      return std::hypot(x, y) < radiusMm + wallMm * 0.8 &&
             std::abs(std::atan2(y, x)) < ringShare * std::numbers::pi;
    });
    paint(labels, slice, phase, Structure::lvCavity,
          [&](double x, double y) { return std::hypot(x, y) < radiusMm; });
  }
  // A radius that shrinks as the ventricle does.
  double beating(double radiusMm, int phase) const {
    return radiusMm * (1 - contraction(phase) * (1 - shrinks));
  }
  // At every phase, on the last `count` slices before the base.
  void addOutflowSlices(LabelStack& labels, int count, double ringShare) const {
    for (int phase = 0; phase < phases; ++phase) {
      int first = 0;
      while (!holdsLv(first, phase)) {
        ++first;
      }
      for (int k = 1; k <= count && first - k >= 0; ++k) {
        addOutflow(labels, first - k, phase, ringShare, beating(0.85 * cavityMm, phase));
      }
    }
  }
  // The atrium seen as a ventricle on the last `count` slices before the base at end diastole: with
  // a closed wall, at all phases, filling while the ventricle empties.
  void addAtrium(LabelStack& labels, int count) const {
    int first = 0;
    while (!holdsLv(first, endDiastole)) {
      ++first;
    }
    for (int phase = 0; phase < phases; ++phase) {
      const double radius = cavityMm * (0.85 + 0.15 * contraction(phase));
      for (int slice = std::max(0, first - count); slice < first; ++slice) {
        addOutflow(labels, slice, phase, 1, radius);
      }
    }
  }
  void addBlob(LabelStack& labels, int slice, int phase, Structure structure, double xMm,
               double yMm, double radiusMm) const {
    paint(labels, slice, phase, structure,
          [&](double x, double y) { return std::hypot(x - xMm, y - yMm) < radiusMm; });
  }
  static void clear(LabelStack& labels, int slice, int phase) {
    const auto frame = labels.frame(slice, phase);
    std::fill(frame.begin(), frame.end(), std::uint8_t{0});
  }
};

inline PackageIdentity givenIdentity() {
  PackageIdentity identity{"given",
                           "1.0.0",
                           std::string(64, 'c'),
                           "cpu",
                           "float32",
                           {"", "real", "real", "phantom"},
                           {"", "report", "report", "flag"}};
  identity.papillaryMuscles.fill(PapillaryConvention::inCavity);
  return identity;
}

class GivenSegmenter final : public FrameSegmenter {
 public:
  explicit GivenSegmenter(LabelStack labels, PackageIdentity identity = givenIdentity())
      : identity_(std::move(identity)) {
    given.labels = std::move(labels);
  }
  Segmentation segment(const ImageStack&, const ProgressCallback& progress) override {
    if (progress) {
      progress(0.5, "segmentation");
    }
    return given;
  }
  const PackageIdentity& identity() const override { return identity_; }

  // As sure everywhere; single frames can be changed afterwards.
  void beSure(float mean) {
    FrameConfidence sure;
    sure.meanProbability.fill(mean);
    sure.peakProbability.fill(mean);
    given.confidence.assign(static_cast<std::size_t>(given.labels.sliceCount) *
                                static_cast<std::size_t>(given.labels.phaseCount),
                            sure);
  }

  Segmentation given;

 private:
  PackageIdentity identity_;
};

inline const Measurement& measurement(const SaxAnalysis& analysis, const std::string& id) {
  for (const Measurement& m : analysis.measurements) {
    if (m.id == id) {
      return m;
    }
  }
  throw std::out_of_range("no measurement " + id);
}

inline bool flagged(const SaxAnalysis& analysis, const std::string& id) {
  return std::any_of(analysis.flags.begin(), analysis.flags.end(),
                     [&](const Flag& flag) { return flag.id == id; });
}

}  // namespace cmr::test
