#include "analysis/plausibility.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <string>
#include <utility>

#include "analysis/frame_repair.h"
#include "analysis/frame_shape.h"
#include "analysis/shape_interpolation.h"
#include "analysis/slice_order.h"

namespace cmr {
namespace {

constexpr auto background = static_cast<std::uint8_t>(Structure::background);
constexpr auto cavity = static_cast<std::uint8_t>(Structure::lvCavity);
constexpr auto myocardium = static_cast<std::uint8_t>(Structure::lvMyocardium);
constexpr auto rightCavity = static_cast<std::uint8_t>(Structure::rvCavity);

std::string counted(std::size_t count, const std::string& one, const std::string& many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

class Repair {
 public:
  Repair(const ImageStack& stack, const Segmentation& raw, const PlausibilityRules& rules)
      : stack_(stack), raw_(raw), rules_(rules) {
    result_.labels = raw.labels;
  }

  PlausibleLabels run() {
    repairFrames();
    baseFirst_ = baseIsFirst(stack_, result_.labels);
    if (result_.labels.sliceCount > 1) {
      const ExtentInput input = extentInput();
      const ExtentDecision decision = decideExtent(input, rules_);
      for (const SliceExtent& extent : decision.extent) {
        fromBase_.push_back(extent);
        result_.extent.push_back(inStack(extent));
      }
      applyExtent(input, decision);
      checkConfidence(input);
      fillMissing();
    } else {
      result_.extent.assign(static_cast<std::size_t>(result_.labels.phaseCount), {0, 0});
      fromBase_ = result_.extent;
    }
    redrawFlicker();
    return std::move(result_);
  }

 private:
  int stackSlice(int fromBase) const {
    return baseFirst_ ? fromBase : result_.labels.sliceCount - 1 - fromBase;
  }

  SliceExtent inStack(const SliceExtent& extent) const {
    if (extent.apex < extent.base) {
      return extent;
    }
    const int a = stackSlice(extent.base);
    const int b = stackSlice(extent.apex);
    return {std::min(a, b), std::max(a, b)};
  }

  void repairFrames() {
    const HeartAxis axis = leftVentricularAxis(stack_, result_.labels);
    std::size_t parts = 0;
    std::size_t unwalled = 0;
    std::size_t strayRv = 0;
    for (int slice = 0; slice < result_.labels.sliceCount; ++slice) {
      const PlaneGeometry& plane = stack_.planes.at(static_cast<std::size_t>(slice));
      for (int phase = 0; phase < result_.labels.phaseCount; ++phase) {
        const FrameRepair repair = repairFrame(plane, axis, rules_, result_.labels, slice, phase);
        parts += repair.removedMm2 > rules_.notableMm2;
        unwalled += repair.wallMissing;
        strayRv += repair.strayRvRemoved;
      }
    }
    if (parts > 0) {
      add(Severity::note, "parts-removed",
          "Labels of a left ventricle where none can be were removed from " +
              counted(parts, "image.", "images."));
    }
    if (unwalled > 0) {
      add(Severity::note, "cavity-without-wall",
          "A cavity without myocardium beside it was removed from " +
              counted(unwalled, "image.", "images."));
    }
    if (strayRv > 0) {
      add(Severity::note, "right-ventricle-without-septum",
          "A right ventricle away from the septum was removed from " +
              counted(strayRv, "image.", "images."),
          Structure::rvCavity);
    }
  }

  ExtentInput extentInput() const {
    ExtentInput input;
    input.sliceCount = result_.labels.sliceCount;
    input.phaseCount = result_.labels.phaseCount;
    const bool known = raw_.confidence.size() == static_cast<std::size_t>(input.sliceCount) *
                                                     static_cast<std::size_t>(input.phaseCount);
    for (int k = 0; k < input.sliceCount; ++k) {
      const int slice = stackSlice(k);
      for (int phase = 0; phase < input.phaseCount; ++phase) {
        input.shapes.push_back(shapeOf(stack_.planes.at(static_cast<std::size_t>(slice)),
                                       result_.labels, slice, phase));
        if (known) {
          input.confidence.push_back(
              raw_.confidence[static_cast<std::size_t>(slice) *
                                  static_cast<std::size_t>(input.phaseCount) +
                              static_cast<std::size_t>(phase)]);
        }
      }
    }
    return input;
  }

  // Beyond the base everything of the left ventricle goes. Beyond the apex of a phase, but within
  // that of end diastole, the cavity has closed and its wall remains. The right ventricle may reach
  // one slice farther than the left one at the base.
  void applyExtent(const ExtentInput& input, const ExtentDecision& decision) {
    int apexAtEd = -1;
    for (const SliceExtent& extent : fromBase_) {
      apexAtEd = std::max(apexAtEd, extent.apex);
    }
    std::set<int> basal;
    std::set<int> apical;
    for (int k = 0; k < input.sliceCount; ++k) {
      for (int phase = 0; phase < input.phaseCount; ++phase) {
        const SliceExtent& extent = fromBase_[static_cast<std::size_t>(phase)];
        const bool none = extent.apex < extent.base;
        if (!none && k >= extent.base && k <= extent.apex) {
          continue;
        }
        const bool closed = !none && k > extent.apex && k <= apexAtEd;
        const bool keepsRv = !none && k >= extent.base - 1 && k <= extent.apex;
        const auto frame = result_.labels.frame(stackSlice(k), phase);
        bool changed = false;
        for (auto& pixel : frame) {
          changed = changed || pixel == cavity;
          if (pixel == cavity) {
            pixel = closed ? myocardium : background;
          } else if ((pixel == myocardium && !closed) || (pixel == rightCavity && !keepsRv)) {
            pixel = background;
          }
        }
        if (changed) {
          (k < extent.base ? basal : apical).insert(k);
        }
      }
    }
    reportExtent(input, decision, basal, apical);
  }

  void checkConfidence(const ExtentInput& input) {
    double sum = 0;
    int count = 0;
    for (int k = 0; !input.confidence.empty() && k < input.sliceCount; ++k) {
      for (int phase = 0; phase < input.phaseCount; ++phase) {
        const SliceExtent& extent = fromBase_[static_cast<std::size_t>(phase)];
        if (k >= extent.base && k <= extent.apex &&
            input.shapes[input.at(k, phase)].cavityMm2 > 0) {
          sum += static_cast<double>(input.confidence[input.at(k, phase)].meanProbability[cavity]);
          ++count;
        }
      }
    }
    if (count > 0 && sum < rules_.unsureCavity * count) {
      result_.findings.push_back(
          {{Severity::warning, "network-unsure",
            "The network was unsure where the left ventricle's cavity lies."},
           true,
           true,
           true,
           Structure::lvCavity});
    }
  }

  void reportExtent(const ExtentInput& input, const ExtentDecision& decision,
                    const std::set<int>& basal, const std::set<int>& apical) {
    if (!basal.empty()) {
      add(Severity::note, "basal-slices-removed",
          "Beyond the base, labels on " + counted(basal.size(), "slice", "slices") +
              " were counted out: no ring of myocardium closes around the cavity there" +
              (input.phaseCount > 1 ? ", or it does not shrink in systole as the ventricle does."
                                    : "."));
    }
    if (!apical.empty()) {
      add(Severity::note, "apical-slices-removed",
          "Beyond the apex, labels on " + counted(apical.size(), "slice", "slices") +
              " were counted out.");
    }
    if (decision.basalCertainty < rules_.basalCertainty && input.sliceCount > 1) {
      Finding finding{{Severity::warning, "basal-slice-uncertain",
                       "Whether the most basal slice belongs to the left ventricle is close: one "
                       "slice more or less there changes the volumes."},
                      true,
                      true,
                      true,
                      Structure::lvCavity};
      result_.findings.push_back(finding);
    }
  }

  bool hasCavity(int slice, int phase) const {
    const auto frame = result_.labels.frame(slice, phase);
    return std::find(frame.begin(), frame.end(), cavity) != frame.end();
  }

  bool within(int slice, int phase) const {
    const SliceExtent& extent = result_.extent[static_cast<std::size_t>(phase)];
    return slice >= extent.base && slice <= extent.apex;
  }

  std::size_t frameIndex(int slice, int phase) const {
    return static_cast<std::size_t>(slice) * static_cast<std::size_t>(result_.labels.phaseCount) +
           static_cast<std::size_t>(phase);
  }

  int cyclic(int phase) const {
    const int n = result_.labels.phaseCount;
    return ((phase % n) + n) % n;
  }

  void put(int slice, int phase, const std::vector<std::uint8_t>& labels) {
    std::copy(labels.begin(), labels.end(), result_.labels.frame(slice, phase).begin());
  }

  // Between the nearest phases before and after that hold the slice's cavity.
  bool fillFromTime(const std::vector<bool>& seen, int slice, int phase) {
    const auto found = [&](int direction) {
      for (int step = 1; step <= rules_.longestGapPhases; ++step) {
        const int other = cyclic(phase + direction * step);
        if (seen[frameIndex(slice, other)]) {
          return step;
        }
      }
      return 0;
    };
    const int before = found(-1);
    const int after = found(1);
    if (before == 0 || after == 0) {
      return false;
    }
    put(slice, phase,
        interpolateLabels(stack_.planes.at(static_cast<std::size_t>(slice)), stack_.rows,
                          stack_.columns, result_.labels.frame(slice, cyclic(phase - before)),
                          result_.labels.frame(slice, cyclic(phase + after)),
                          static_cast<double>(before) / (before + after)));
    return true;
  }

  // Between the nearest slices on either side that hold a cavity at this phase.
  bool fillFromSlices(const std::vector<bool>& seen, int slice, int phase) {
    const auto found = [&](int direction) {
      for (int other = slice + direction; within(other, phase); other += direction) {
        if (seen[frameIndex(other, phase)]) {
          return other;
        }
      }
      return -1;
    };
    const int before = found(-1);
    const int after = found(1);
    if (before < 0 || after < 0) {
      return false;
    }
    const auto position = [&](int s) {
      const PlaneGeometry& first = stack_.planes.front();
      return dot(stack_.planes.at(static_cast<std::size_t>(s)).originMm - first.originMm,
                 planeNormal(first));
    };
    const double whole = position(after) - position(before);
    const double weight = whole != 0 ? (position(slice) - position(before)) / whole : 0.5;
    put(slice, phase,
        interpolateLabels(stack_.planes.at(static_cast<std::size_t>(slice)), stack_.rows,
                          stack_.columns, result_.labels.frame(before, phase),
                          result_.labels.frame(after, phase), weight));
    return true;
  }

  void fillMissing() {
    std::vector<bool> seen;
    for (int slice = 0; slice < result_.labels.sliceCount; ++slice) {
      for (int phase = 0; phase < result_.labels.phaseCount; ++phase) {
        seen.push_back(hasCavity(slice, phase));
      }
    }
    std::size_t filled = 0;
    std::size_t left = 0;
    std::size_t all = 0;
    for (int slice = 0; slice < result_.labels.sliceCount; ++slice) {
      for (int phase = 0; phase < result_.labels.phaseCount; ++phase) {
        if (!within(slice, phase)) {
          continue;
        }
        ++all;
        if (seen[frameIndex(slice, phase)]) {
          continue;
        }
        if (fillFromTime(seen, slice, phase) || fillFromSlices(seen, slice, phase)) {
          ++filled;
        } else {
          ++left;
        }
      }
    }
    if (filled + left > 0) {
      const bool many = static_cast<double>(filled + left) > rules_.notableShare * all;
      Finding finding{{many || left > 0 ? Severity::warning : Severity::note, "images-filled",
                       saidOfFilled(filled, left)},
                      true,
                      true,
                      true,
                      Structure::lvCavity};
      result_.findings.push_back(finding);
    }
  }

  // Against the median of five phases: a steady rise or fall is its own median, two frames that
  // flicker around a good one do not outvote it.
  bool jumps(const std::vector<FrameShape>& shapes, int slice, int phase,
             double FrameShape::*area) const {
    std::array<double, 5> window{};
    for (int step = -2; step <= 2; ++step) {
      window[static_cast<std::size_t>(step + 2)] =
          shapes[frameIndex(slice, cyclic(phase + step))].*area;
    }
    const double now = window[2];
    std::nth_element(window.begin(), window.begin() + 2, window.end());
    const double median = window[2];
    return median > 0 && now > 0 && std::abs(now - median) > rules_.flicker * median &&
           std::abs(now - median) > rules_.notableMm2;
  }

  void redrawFlicker() {
    if (result_.labels.phaseCount < rules_.fewestPhasesForFlicker) {
      return;
    }
    const std::vector<FrameShape> shapes = shapesOf(stack_, result_.labels);
    std::vector<bool> steady;
    for (int slice = 0; slice < result_.labels.sliceCount; ++slice) {
      for (int phase = 0; phase < result_.labels.phaseCount; ++phase) {
        steady.push_back(shapes[frameIndex(slice, phase)].cavityMm2 > 0 &&
                         !jumps(shapes, slice, phase, &FrameShape::cavityMm2) &&
                         !jumps(shapes, slice, phase, &FrameShape::myocardiumMm2));
      }
    }
    std::size_t redrawn = 0;
    for (int slice = 0; slice < result_.labels.sliceCount; ++slice) {
      for (int phase = 0; phase < result_.labels.phaseCount; ++phase) {
        const std::size_t at = frameIndex(slice, phase);
        if (!steady[at] && shapes[at].cavityMm2 > 0) {
          redrawn += fillFromTime(steady, slice, phase);
        }
      }
    }
    if (redrawn > 0) {
      add(Severity::note, "images-redrawn",
          counted(redrawn, "image", "images") + " did not fit those before and after and " +
              (redrawn == 1 ? "was" : "were") + " drawn anew between them.");
    }
  }

  void add(Severity severity, const std::string& id, const std::string& text,
           Structure about = Structure::lvCavity) {
    result_.findings.push_back({{severity, id, text}, false, false, false, about});
  }

  const ImageStack& stack_;
  const Segmentation& raw_;
  const PlausibilityRules& rules_;
  PlausibleLabels result_;
  std::vector<SliceExtent> fromBase_;
  bool baseFirst_ = true;
};

}  // namespace

std::string saidOfFilled(std::size_t filled, std::size_t left) {
  const bool one = filled + left == 1;
  const std::string text =
      counted(filled + left, "image", "images") + " within the left ventricle had no cavity; ";
  if (left == 0) return text + (one ? "it was" : "they were") + " drawn between neighbours.";
  if (filled == 0) return text + (one ? "it" : "they") + " could not be drawn between neighbours.";
  return text + std::to_string(filled) + " of them " + (filled == 1 ? "was" : "were") +
         " drawn between neighbours, for the others there were none.";
}

PlausibleLabels makePlausible(const ImageStack& stack, const Segmentation& raw,
                              const PlausibilityRules& rules) {
  return Repair(stack, raw, rules).run();
}

}  // namespace cmr
