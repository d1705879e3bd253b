#include "analysis/sax_checks.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "analysis/evidence.h"
#include "analysis/slice_order.h"
#include "analysis/volumes.h"

namespace cmr {
namespace {

std::string whole(double value) { return std::to_string(std::lround(value)); }

Finding warning(const std::string& id, const std::string& text,
                Structure about = Structure::lvCavity) {
  return {{Severity::warning, id, text}, true, false, false, about};
}

void checkTiming(const MeasuredSeries& series, const SaxLimits& limits,
                 std::vector<Finding>& findings) {
  if (series.labels.phaseCount < limits.fewestPhases) {
    Finding f = warning("few-phases",
                        "Only " + std::to_string(series.labels.phaseCount) +
                            " phases were acquired: end systole may lie between "
                            "two of them.",
                        Structure::background);
    f.doubtsRv = true;
    findings.push_back(f);
  }
}

void checkSpacing(const MeasuredSeries& series, const SaxLimits& limits,
                  std::vector<Finding>& findings) {
  std::vector<double> distances = sliceDistancesMm(series.stack);
  if (distances.size() < 2) {
    return;
  }
  std::sort(distances.begin(), distances.end());
  const double usual = distances[(distances.size() - 1) / 2];
  if (distances.back() > (1 + limits.irregularDistance) * usual ||
      distances.front() < (1 - limits.irregularDistance) * usual) {
    Finding f = warning("irregular-slice-distances",
                        "Slice distances vary from " + whole(distances.front()) + " to " +
                            whole(distances.back()) +
                            " mm: a slice may be missing; volumes use the true distances.",
                        Structure::background);
    f.doubtsMyocardium = f.doubtsRv = true;
    findings.push_back(f);
  }
}

void checkCoverage(const MeasuredSeries& series, const SaxLimits& limits,
                   std::vector<Finding>& findings) {
  const int ed = series.phases.endDiastole;
  const int last = series.labels.sliceCount - 1;
  std::vector<double> areas;
  for (int slice = 0; slice <= last; ++slice) {
    areas.push_back(labelAreaMm2(series.stack, series.labels, slice, ed, Structure::lvCavity));
  }
  const double largest = *std::max_element(areas.begin(), areas.end());
  if (largest <= 0 || last < 1) {
    return;
  }
  const bool baseFirst = baseIsFirst(series.stack, series.labels);
  const double base = baseFirst ? areas.front() : areas.back();
  const double apex = baseFirst ? areas.back() : areas.front();
  if (base > limits.cutBase * largest) {
    Finding f = warning("base-not-covered",
                        "The left ventricle reaches the most basal slice with most of its area: "
                        "its base may lie outside of the images.");
    f.doubtsMyocardium = true;
    findings.push_back(f);
  }
  if (apex > limits.cutApex * largest) {
    Finding f = warning("apex-not-covered",
                        "The left ventricle reaches the most apical slice with a large area: its "
                        "apex may lie outside of the images.");
    f.doubtsMyocardium = true;
    findings.push_back(f);
  }
}

void checkLeft(const MeasuredSeries& series, const SaxLimits& limits,
               std::vector<Finding>& findings) {
  const double edv = series.lvMl[static_cast<std::size_t>(series.phases.endDiastole)];
  const double esv = series.lvMl[static_cast<std::size_t>(series.phases.endSystole)];
  const double ef = 100 * (edv - esv) / edv;
  if (edv < limits.lowestEdvMl || edv > limits.highestEdvMl) {
    Finding f = warning("edv-implausible", "An LV end-diastolic volume of " + whole(edv) +
                                               " mL is outside of what adult hearts have (" +
                                               whole(limits.lowestEdvMl) + " to " +
                                               whole(limits.highestEdvMl) + " mL).");
    f.doubtsMyocardium = true;
    findings.push_back(f);
  }
  if (ef < limits.lowestEf || ef > limits.highestEf) {
    findings.push_back(warning("ef-implausible", "An LV ejection fraction of " + whole(ef) +
                                                     " % is outside of what hearts have (" +
                                                     whole(limits.lowestEf) + " to " +
                                                     whole(limits.highestEf) + " %)."));
  }
}

void checkMyocardium(const MeasuredSeries& series, const SaxLimits& limits,
                     std::vector<Finding>& findings) {
  const double atEd = series.myocardiumMl[static_cast<std::size_t>(series.phases.endDiastole)];
  const double atEs = series.myocardiumMl[static_cast<std::size_t>(series.phases.endSystole)];
  if (atEd > 0 && std::abs(atEs - atEd) > limits.myocardiumChange * atEd) {
    Finding f = warning("myocardium-changes", "The myocardium has " + whole(atEd) +
                                                  " mL at end diastole and " + whole(atEs) +
                                                  " mL at end systole; it should stay the same.");
    f.doubtsLv = false;
    f.doubtsMyocardium = true;
    f.about = Structure::lvMyocardium;
    findings.push_back(f);
  }
}

// Where the right ventricle is not known from real images that experts outlined, the doubt is its
// own.
void checkStrokeVolumes(const MeasuredSeries& series, const SaxLimits& limits,
                        std::vector<Finding>& findings) {
  const auto ed = static_cast<std::size_t>(series.phases.endDiastole);
  const auto es = static_cast<std::size_t>(series.phases.endSystole);
  const auto rv = static_cast<std::size_t>(Structure::rvCavity);
  if (series.rvMl[ed] <= 0) {
    return;
  }
  const double left = series.lvMl[ed] - series.lvMl[es];
  const double right = series.rvMl[ed] - series.rvMl[es];
  const double difference = std::abs(left - right);
  if (difference > limits.strokeVolumeDifferenceMl &&
      difference > limits.strokeVolumeDifference * std::max(left, right)) {
    Finding f =
        warning("stroke-volumes-differ",
                "The left ventricle ejects " + whole(left) + " mL, the right one " + whole(right) +
                    " mL: without shunt or regurgitation they should agree.");
    f.doubtsLv = series.package.evidence[rv] != "phantom" &&
                 series.package.evidence[rv] != nonExpertEvidence;
    f.doubtsRv = true;
    f.about = Structure::rvCavity;
    findings.push_back(f);
  }
}

}  // namespace

std::vector<Finding> checkSax(const MeasuredSeries& series, const SaxLimits& limits) {
  std::vector<Finding> findings;
  checkTiming(series, limits, findings);
  checkSpacing(series, limits, findings);
  checkCoverage(series, limits, findings);
  if (!series.lvMl.empty() &&
      series.lvMl[static_cast<std::size_t>(series.phases.endDiastole)] > 0) {
    checkLeft(series, limits, findings);
    checkMyocardium(series, limits, findings);
    checkStrokeVolumes(series, limits, findings);
  }
  return findings;
}

}  // namespace cmr
