#include "dicom_sr/phase_numbers.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "dicom_sr/report_codes.h"
#include "dicom_sr/report_numbers.h"

namespace cmr {
namespace {

using Values = std::vector<std::optional<double>>;

// A tenth is finer than any of them is known.
std::optional<double> rounded(double value) {
  if (!std::isfinite(value)) return std::nullopt;
  return std::round(value * 10) / 10 + 0.0;  // no negative zero
}

Values volumes(const std::vector<double>& ml) {
  Values values;
  for (const double value : ml) values.push_back(rounded(value));
  return values;
}

Values strain(const SaxAnalysis& analysis, double WallStrain::*which) {
  Values values;
  for (const std::optional<WallStrain>& one : analysis.wall.strain.global) {
    values.push_back(one ? rounded((*one).*which) : std::nullopt);
  }
  return values;
}

Code namedVolume(const char* name) {
  Code code = codes::volume;
  code.meaning = name;
  return code;
}

}  // namespace

bool isAnyFound(const std::vector<double>& volumesMl) {
  return std::any_of(volumesMl.begin(), volumesMl.end(),
                     [](double volume) { return std::isfinite(volume) && volume > 0; });
}

bool haveTimes(const SaxAnalysis& analysis) {
  return analysis.phaseTimesMs.size() == static_cast<std::size_t>(analysis.labels.phaseCount) &&
         std::is_sorted(analysis.phaseTimesMs.begin(), analysis.phaseTimesMs.end());
}

std::vector<PhaseCurve> phaseCurves(const SaxAnalysis& analysis) {
  std::vector<PhaseCurve> curves;
  if (analysis.isStill) return curves;
  const std::vector<const Measurement*> reported = reportedNumbers(analysis);
  const auto add = [&](const char* id, std::optional<Code> name, Values values) {
    const auto of = std::find_if(reported.begin(), reported.end(),
                                 [&](const Measurement* one) { return one->id == id; });
    if (of == reported.end() ||
        values.size() != static_cast<std::size_t>(analysis.labels.phaseCount)) {
      return;
    }
    curves.push_back(
        {*of, name ? std::move(*name) : shortConcept(**of), (*of)->unit, std::move(values)});
  };
  add("lv.edv", namedVolume("LV volume"), volumes(analysis.lvVolumeMl));
  add("lax.lv.edv", namedVolume("LV volume, 1 plane"), volumes(analysis.lvVolumeMl));
  add("rv.edv", namedVolume("RV volume"), volumes(analysis.rvVolumeMl));
  add("lv.wall.ecc.endo", {}, strain(analysis, &WallStrain::endocardial));
  add("lv.wall.ecc.mid", {}, strain(analysis, &WallStrain::midwall));
  add("lv.wall.err", {}, strain(analysis, &WallStrain::radial));
  return curves;
}

std::string timePointOfPhase(const SaxAnalysis& analysis, int phase) {
  std::string text = "phase " + std::to_string(phase + 1);
  if (haveTimes(analysis)) {
    const double ms = analysis.phaseTimesMs[static_cast<std::size_t>(phase)];
    text = std::to_string(std::lround(ms)) + " ms after the R wave";
  }
  if (phase == analysis.endDiastolePhase) text += ", end-diastole";
  if (phase == analysis.endSystolePhase) text += ", end-systole";
  return text;
}

}  // namespace cmr
