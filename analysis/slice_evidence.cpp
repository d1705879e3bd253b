#include "analysis/slice_evidence.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace cmr {
namespace {

constexpr auto cavity = static_cast<std::size_t>(Structure::lvCavity);
constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

double scaled(double value, double neutral, double scale) {
  return std::clamp((value - neutral) / scale, -1.0, 1.0);
}

// NaN for nothing; the lower one of the two middle values of an even number.
double median(std::vector<double> values) {
  values.erase(std::remove_if(values.begin(), values.end(), [](double v) { return std::isnan(v); }),
               values.end());
  if (values.empty()) {
    return unknown;
  }
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

double evidenceOf(const ExtentInput& input, const PlausibilityRules& rules, std::size_t at) {
  const FrameShape& shape = input.shapes[at];
  const bool known = !input.confidence.empty();
  if (shape.cavityMm2 <= 0) {
    if (!known) {
      return -1;
    }
    const auto peak = static_cast<double>(input.confidence[at].peakProbability[cavity]);
    return std::min(0.0, scaled(peak, rules.absentPeak, rules.absentPeak));
  }
  const double ring = scaled(shape.ring, rules.basalRing, rules.ringScale);
  if (!known) {
    return ring;
  }
  const auto mean = static_cast<double>(input.confidence[at].meanProbability[cavity]);
  return rules.ringShare * ring +
         (1 - rules.ringShare) * scaled(mean, rules.meanConfidence, rules.confidenceScale);
}

std::vector<double> areasOf(const ExtentInput& input, int slice) {
  std::vector<double> areas;
  for (int phase = 0; phase < input.phaseCount; ++phase) {
    areas.push_back(input.shapes[input.at(slice, phase)].cavityMm2);
  }
  return areas;
}

// Median over the phases that hold a cavity; NaN when none does.
double usualArea(const ExtentInput& input, int slice) {
  std::vector<double> areas = areasOf(input, slice);
  std::replace_if(
      areas.begin(), areas.end(), [](double area) { return area <= 0; }, unknown);
  return median(std::move(areas));
}

}  // namespace

std::vector<double> imageEvidence(const ExtentInput& input, const PlausibilityRules& rules) {
  std::vector<double> evidence;
  for (std::size_t i = 0; i < input.shapes.size(); ++i) {
    evidence.push_back(evidenceOf(input, rules, i));
  }
  return evidence;
}

std::vector<double> contraction(const ExtentInput& input) {
  std::vector<double> curve(static_cast<std::size_t>(input.phaseCount), 0);
  std::vector<std::vector<double>> relative;
  for (int slice = 0; slice < input.sliceCount; ++slice) {
    std::vector<double> areas = areasOf(input, slice);
    double sum = 0;
    bool always = true;
    for (const double area : areas) {
      sum += area;
      always = always && area > 0;
    }
    if (always) {
      for (double& area : areas) {
        area *= input.phaseCount / sum;
      }
      relative.push_back(std::move(areas));
    }
  }
  if (relative.empty()) {
    return curve;
  }
  for (std::size_t phase = 0; phase < curve.size(); ++phase) {
    std::vector<double> values;
    for (const auto& slice : relative) {
      values.push_back(slice[phase]);
    }
    curve[phase] = median(std::move(values));
  }
  const auto [least, most] = std::minmax_element(curve.begin(), curve.end());
  const double smallest = *least;
  const double range = *most - *least;
  for (double& value : curve) {
    value = range > 0 ? 1 - (value - smallest) / range : 0;
  }
  return curve;
}

std::vector<double> shrinkage(const ExtentInput& input, const std::vector<double>& contracted) {
  std::vector<double> shrinks;
  for (int slice = 0; slice < input.sliceCount; ++slice) {
    double n = 0;
    double sc = 0;
    double sa = 0;
    double scc = 0;
    double sca = 0;
    for (int phase = 0; phase < input.phaseCount; ++phase) {
      const double area = input.shapes[input.at(slice, phase)].cavityMm2;
      const double c = contracted[static_cast<std::size_t>(phase)];
      if (area > 0) {
        n += 1;
        sc += c;
        sa += area;
        scc += c * c;
        sca += c * area;
      }
    }
    const double spread = n * scc - sc * sc;
    if (2 * n < input.phaseCount || spread <= 1e-9) {
      shrinks.push_back(unknown);
      continue;
    }
    const double slope = (n * sca - sc * sa) / spread;
    const double relaxed = (sa - slope * sc) / n;
    shrinks.push_back(relaxed > 0 ? -slope / relaxed : unknown);
  }
  return shrinks;
}

int surestSlice(const ExtentInput& input, const std::vector<double>& evidence,
                const std::vector<double>& shrinks) {
  const double usual = median(shrinks);
  int best = -1;
  double most = 0;
  for (int slice = 0; slice < input.sliceCount; ++slice) {
    double sum = 0;
    for (int phase = 0; phase < input.phaseCount; ++phase) {
      const std::size_t at = input.at(slice, phase);
      sum += input.shapes[at].cavityMm2 > 0
                 ? (1 + evidence[at]) * std::sqrt(input.shapes[at].cavityMm2)
                 : 0;
    }
    // A slice that moves against the others is never the surest while another is there.
    const double own = shrinks[static_cast<std::size_t>(slice)];
    sum *= own * usual > 0 ? 1 : 0.1;
    if (sum > most) {
      most = sum;
      best = slice;
    }
  }
  return best;
}

void weighSlices(const ExtentInput& input, const PlausibilityRules& rules,
                 const std::vector<double>& shrinks, int surest, std::vector<double>& evidence) {
  const auto lower = [&](int slice, double limit) {
    for (int phase = 0; phase < input.phaseCount; ++phase) {
      double& value = evidence[input.at(slice, phase)];
      value = std::min(value, limit);
    }
  };
  // The slices around the surest one say how the left ventricle shrinks.
  std::vector<double> around;
  for (int slice = std::max(0, surest - 2); slice <= std::min(input.sliceCount - 1, surest + 2);
       ++slice) {
    around.push_back(shrinks[static_cast<std::size_t>(slice)]);
  }
  const double usual = median(std::move(around));
  for (int slice = 0; slice < surest; ++slice) {
    const double own = shrinks[static_cast<std::size_t>(slice)];
    if (usual >= rules.leastShrinkage && !std::isnan(own)) {
      lower(slice, scaled(own / usual, rules.basalShrinkage, rules.shrinkageScale));
    }
  }
  for (int slice = surest + 1; slice < input.sliceCount; ++slice) {
    const double grows = usualArea(input, slice) / usualArea(input, slice - 1);
    if (!std::isnan(grows)) {
      lower(slice, -scaled(grows, rules.apicalGrowth, rules.growthScale));
    }
  }
}

}  // namespace cmr
