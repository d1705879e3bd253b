#include "analysis/study_checks.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace cmr {
namespace {

using Number = std::optional<double>;

std::string text(double value, const char* unit) {
  char buffer[48];
  std::snprintf(buffer, sizeof buffer, "%.0f %s", value, unit);
  return buffer;
}

bool areThere(const Number& a, const Number& b) {
  return a && b && std::isfinite(*a) && std::isfinite(*b);
}

bool isFarApart(double a, double b, double share, double least) {
  const double difference = std::abs(a - b);
  return difference > least && difference > share * std::max(std::abs(a), std::abs(b));
}

CrossCheck compared(const char* id, bool agrees, const std::string& what, const std::string& first,
                    const std::string& firstName, const std::string& second,
                    const std::string& secondName) {
  return {id, agrees,
          what + ": " + first + " in " + firstName + ", " + second + " in " + secondName +
              (agrees ? "." : ": they differ by more than expected, check the contours of both.")};
}

// Two stacks, or a stack and long axes.
void compareEjection(const StudySeriesNumbers& a, const StudySeriesNumbers& b,
                     const StudyCheckLimits& limits, std::vector<CrossCheck>& checks) {
  const bool bothShort = a.isShortAxis && b.isShortAxis;
  const bool isMixed = (a.isShortAxis && b.isLongAxis) || (a.isLongAxis && b.isShortAxis);
  if (!areThere(a.lvEfPercent, b.lvEfPercent) || (!bothShort && !isMixed)) return;
  const bool agrees = std::abs(*a.lvEfPercent - *b.lvEfPercent) <= limits.efPoints;
  checks.push_back(compared(bothShort ? "ef-sax-sax" : "ef-sax-lax", agrees, "LV ejection fraction",
                            text(*a.lvEfPercent, "%"), a.name, text(*b.lvEfPercent, "%"), b.name));
}

void compareVolumes(const StudySeriesNumbers& a, const StudySeriesNumbers& b,
                    const StudyCheckLimits& limits, std::vector<CrossCheck>& checks) {
  if (!a.isShortAxis || !b.isShortAxis || !areThere(a.lvEdvMl, b.lvEdvMl)) return;
  checks.push_back(compared(
      "edv-sax-sax", !isFarApart(*a.lvEdvMl, *b.lvEdvMl, limits.volumeShare, limits.volumeMl),
      "LV end-diastolic volume", text(*a.lvEdvMl, "mL"), a.name, text(*b.lvEdvMl, "mL"), b.name));
}

bool sameHeartRate(double a, double b, const StudyCheckLimits& limits) {
  return !isFarApart(a, b, limits.heartRateShare, 0);
}

void compareHeartRates(const StudySeriesNumbers& a, const StudySeriesNumbers& b,
                       const StudyCheckLimits& limits, std::vector<CrossCheck>& checks) {
  if (!areThere(a.heartRateBpm, b.heartRateBpm)) return;
  if (sameHeartRate(*a.heartRateBpm, *b.heartRateBpm, limits)) return;
  CrossCheck check = compared("heart-rate", false, "Heart rate", text(*a.heartRateBpm, "/min"),
                              a.name, text(*b.heartRateBpm, "/min"), b.name);
  check.text = check.text.substr(0, check.text.rfind(": they differ")) +
               ": it changed between them, so their volumes need not agree.";
  checks.push_back(std::move(check));
}

// One sentence for all of them where they agree: pairs of six series would fill a page.
void agreeOnHeartRate(const std::vector<StudySeriesNumbers>& series, const StudyCheckLimits& limits,
                      std::vector<CrossCheck>& checks) {
  std::vector<double> rates;
  for (const StudySeriesNumbers& one : series) {
    if (areThere(one.heartRateBpm, one.heartRateBpm)) rates.push_back(*one.heartRateBpm);
  }
  if (rates.size() < 2) return;
  const auto [least, most] = std::minmax_element(rates.begin(), rates.end());
  if (!sameHeartRate(*least, *most, limits)) return;
  const std::string lowest = text(*least, "/min");
  const std::string highest = text(*most, "/min");
  const std::string range =
      lowest == highest ? lowest : lowest.substr(0, lowest.find(' ')) + " to " + highest;
  checks.push_back({"heart-rate", true,
                    "Heart rate: " + range + " in all " + std::to_string(rates.size()) +
                        " series that tell it."});
}

// Without a shunt or a leaking valve both ventricles eject the same.
void compareVentricles(const StudySeriesNumbers& one, const StudyCheckLimits& limits,
                       std::vector<CrossCheck>& checks) {
  if (!areThere(one.lvSvMl, one.rvSvMl)) return;
  const bool agrees =
      !isFarApart(*one.lvSvMl, *one.rvSvMl, limits.strokeVolumeShare, limits.strokeVolumeMl);
  checks.push_back({"stroke-volumes", agrees,
                    "Stroke volumes in " + one.name + ": LV " + text(*one.lvSvMl, "mL") + ", RV " +
                        text(*one.rvSvMl, "mL") +
                        (agrees ? "."
                                : ": they differ by more than expected; a regurgitant valve, a "
                                  "shunt or a contour may be the cause.")});
}

}  // namespace

std::vector<CrossCheck> crossCheckStudy(const std::vector<StudySeriesNumbers>& series,
                                        const StudyCheckLimits& limits) {
  std::vector<CrossCheck> checks;
  for (std::size_t i = 0; i < series.size(); ++i) {
    compareVentricles(series[i], limits, checks);
    for (std::size_t j = i + 1; j < series.size(); ++j) {
      compareEjection(series[i], series[j], limits, checks);
      compareVolumes(series[i], series[j], limits, checks);
      compareHeartRates(series[i], series[j], limits, checks);
    }
  }
  agreeOnHeartRate(series, limits, checks);
  return checks;
}

}  // namespace cmr
