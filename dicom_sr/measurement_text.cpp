#include "dicom_sr/measurement_text.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "analysis/evidence.h"
#include "analysis/site_release.h"
#include "dicom_sr/key_segments.h"

namespace cmr {
namespace {

constexpr double wholeNumbersFrom = 10;

std::string reasonOf(const Measurement& measurement) {
  return measurement.reason.empty() ? "no reason was given" : measurement.reason;
}

void replaceAll(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

std::string numberText(double value) {
  char text[64];
  std::snprintf(text, sizeof text, std::abs(value) >= wholeNumbersFrom ? "%.0f" : "%.1f", value);
  return text == std::string("-0.0") ? "0.0" : text;
}

void addOnce(std::vector<std::string>& list, const std::string& text) {
  if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(text);
}

}  // namespace

bool isMeasured(const Measurement& measurement) {
  return measurement.quality != Quality::unmeasurable && measurement.value &&
         std::isfinite(*measurement.value);
}

std::string valueText(const Measurement& measurement) {
  if (!isMeasured(measurement)) return "not measured";
  return numberText(*measurement.value);
}

std::string unitText(const Code& unit) {
  if (unit.value == "1") return "";
  std::string text = unit.value;
  replaceAll(text, "{beats}/min", "/min");
  replaceAll(text, "m2", "m\xC2\xB2");
  replaceAll(text, "m3", "m\xC2\xB3");
  return text;
}

std::string rangeText(const Measurement& measurement) {
  if (!isMeasured(measurement) || !measurement.reference) return "";
  return numberText(measurement.reference->low) + "\xE2\x80\x93" +
         numberText(measurement.reference->high);
}

Beside besideRange(const Measurement& measurement) {
  if (!isMeasured(measurement) || !measurement.reference) return Beside::within;
  const double written = std::strtod(valueText(measurement).c_str(), nullptr);
  if (written < measurement.reference->low) return Beside::below;
  return written > measurement.reference->high ? Beside::above : Beside::within;
}

std::vector<std::string> referenceSources(const SaxAnalysis& analysis) {
  std::vector<std::string> sources;
  std::vector<std::string> reasons;
  for (const Measurement& m : analysis.measurements) {
    if (!isReleased(analysis, m) || !isMeasured(m)) continue;
    if (m.reference) {
      const bool isMass = m.id.find("mass") != std::string::npos;
      addOnce(sources, std::string(isMass ? "Range of mass: " : "Ranges: ") +
                           m.reference->population + " (" + m.reference->source + ").");
    } else if (!m.noReference.empty()) {
      addOnce(reasons, "No reference ranges. " + m.noReference);
    }
  }
  sources.insert(sources.end(), reasons.begin(), reasons.end());
  return sources;
}

std::string qualityText(const Measurement& measurement) {
  if (!isMeasured(measurement)) return "Not measured: " + reasonOf(measurement);
  if (measurement.quality == Quality::uncertain) return "Uncertain: " + reasonOf(measurement);
  return {};
}

std::string evidenceText(const PackageIdentity& package, Structure structure) {
  const auto at = static_cast<std::size_t>(structure);
  if (package.evidence.at(at) == "phantom") {
    return "learned from synthetic images only";
  }
  if (package.evidence.at(at) == nonExpertEvidence) {
    return "learned from few outlines of a non-expert, not validated";
  }
  if (package.release.at(at) == releasedBySite) {
    return "not released by the model package, reported on this site's request";
  }
  if (package.release.at(at) == "flag") return "released with a reservation: check with care";
  return {};
}

}  // namespace cmr
