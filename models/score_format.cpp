#include "models/score_format.h"

#include <cmath>
#include <cstdarg>
#include <cstdio>

namespace cmr {
namespace {

// "-" where there is no number.
std::string fixed(double value, int decimals) {
  if (!std::isfinite(value)) return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

}  // namespace

using nlohmann::json;

std::string structureId(Structure structure) {
  switch (structure) {
    case Structure::lvCavity:
      return "lv_cavity";
    case Structure::lvMyocardium:
      return "lv_myocardium";
    case Structure::rvCavity:
      return "rv_cavity";
    case Structure::background:
      break;
  }
  return "background";
}

std::string phaseId(CardiacPhase phase) {
  switch (phase) {
    case CardiacPhase::endDiastole:
      return "end_diastole";
    case CardiacPhase::endSystole:
      return "end_systole";
    case CardiacPhase::unknown:
      break;
  }
  return "unknown";
}

json orNull(double value) { return std::isfinite(value) ? json(value) : json(); }

json packageJson(const PackageIdentity& package) {
  return {{"name", package.name},
          {"version", package.version},
          {"sha256", package.sha256},
          {"device", package.device},
          {"precision", package.precision}};
}

json summaryJson(const ScoreSummary& s) {
  json byPatient = json::object();
  for (const auto& [patient, dice] : s.diceByPatient) byPatient[patient] = dice;
  return {{"dice_mean", orNull(s.diceMean)},
          {"dice_median", orNull(s.diceMedian)},
          {"dice_interval95", {orNull(s.diceLow), orNull(s.diceHigh)}},
          {"dice_by_patient", byPatient},
          {"hd95_mm", orNull(s.hd95MeanMm)},
          {"hd95_median_mm", orNull(s.hd95MedianMm)},
          {"n_frames", s.frames},
          {"n_patients", s.patients},
          {"n_both_empty", s.bothEmpty},
          {"n_missed", s.missed},
          {"n_invented", s.invented}};
}

std::string textLine(const char* format, ...) {
  char text[256];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  return std::string(text) + "\n";
}

std::string tableHead() {
  return textLine("%-15s%-14s%7s%9s%9s%8s%16s%10s%6s%8s%9s", "structure", "phase", "frames",
                  "patients", "mean", "median", "95 % interval", "HD95 mm", "none", "missed",
                  "invented");
}

std::string tableRow(const std::string& structure, const std::string& phase,
                     const ScoreSummary& s) {
  std::string interval = "-";
  if (std::isfinite(s.diceLow)) interval = fixed(s.diceLow, 4) + ".." + fixed(s.diceHigh, 4);
  return textLine("%-15s%-14s%7zu%9zu%9s%8s%16s%10s%6zu%8zu%9zu", structure.c_str(), phase.c_str(),
                  s.frames, s.patients, fixed(s.diceMean, 4).c_str(),
                  fixed(s.diceMedian, 4).c_str(), interval.c_str(), fixed(s.hd95MeanMm, 2).c_str(),
                  s.bothEmpty, s.missed, s.invented);
}

}  // namespace cmr
