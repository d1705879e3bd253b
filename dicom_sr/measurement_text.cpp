#include "dicom_sr/measurement_text.h"

#include <cmath>
#include <cstdio>

#include "analysis/site_release.h"

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

}  // namespace

bool isMeasured(const Measurement& measurement) {
  return measurement.quality != Quality::unmeasurable && measurement.value &&
         std::isfinite(*measurement.value);
}

std::string valueText(const Measurement& measurement) {
  if (!isMeasured(measurement)) return "not measured";
  const double value = *measurement.value;
  char text[64];
  std::snprintf(text, sizeof text, std::abs(value) >= wholeNumbersFrom ? "%.0f" : "%.1f", value);
  return text;
}

std::string unitText(const Code& unit) {
  if (unit.value == "1") return "";
  std::string text = unit.value;
  replaceAll(text, "{beats}/min", "/min");
  replaceAll(text, "m2", "m\xC2\xB2");
  replaceAll(text, "m3", "m\xC2\xB3");
  return text;
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
  if (package.release.at(at) == releasedBySite) {
    return "not released by the model package, reported on this site's request";
  }
  if (package.release.at(at) == "flag") return "released with a reservation: check with care";
  return {};
}

}  // namespace cmr
