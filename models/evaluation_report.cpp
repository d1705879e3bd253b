#include "models/evaluation_report.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdarg>
#include <cstdio>

namespace cmr {
namespace {

using nlohmann::json;

constexpr std::array<Structure, structureCount - 1> structures{
    Structure::lvCavity, Structure::lvMyocardium, Structure::rvCavity};

json orNull(double value) { return std::isfinite(value) ? json(value) : json(); }

const char* phaseName(CardiacPhase phase) {
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

json structureJson(const std::vector<FrameScore>& frames, Structure structure) {
  json all = summaryJson(summarise(scoresOf(frames, structure)));
  for (const CardiacPhase phase : {CardiacPhase::endDiastole, CardiacPhase::endSystole}) {
    all[phaseName(phase)] = summaryJson(summarise(scoresOf(frames, structure, phase)));
  }
  return all;
}

struct LowFrame {
  const FrameScore* frame;
  Structure structure;
  OverlapScore score;
};

// Worst first.
std::vector<LowFrame> lowFrames(const std::vector<FrameScore>& frames) {
  std::vector<LowFrame> low;
  for (const FrameScore& frame : frames) {
    for (const Structure structure : structures) {
      const auto& score = frame.structures[static_cast<std::size_t>(structure)];
      if (score && score->dice && *score->dice < lowDice)
        low.push_back({&frame, structure, *score});
    }
  }
  std::stable_sort(low.begin(), low.end(), [](const LowFrame& a, const LowFrame& b) {
    return *a.score.dice < *b.score.dice;
  });
  return low;
}

json lowJson(const std::vector<FrameScore>& frames) {
  json list = json::array();
  for (const LowFrame& low : lowFrames(frames)) {
    list.push_back({{"frame", low.frame->name},
                    {"patient", low.frame->patient},
                    {"phase", phaseName(low.frame->phase)},
                    {"structure", structureId(low.structure)},
                    {"dice", *low.score.dice},
                    {"reference_pixels", low.score.referencePixels},
                    {"predicted_pixels", low.score.predictedPixels}});
  }
  return list;
}

struct EjectionErrors {
  double mean = 0;
  double meanAbsolute = 0;
  double maxAbsolute = 0;
};

EjectionErrors errorsOf(const std::vector<EjectionFraction>& fractions) {
  std::vector<double> errors;
  std::vector<double> sizes;
  for (const EjectionFraction& f : fractions) {
    errors.push_back(f.error());
    sizes.push_back(std::abs(f.error()));
  }
  return {meanOf(errors), meanOf(sizes), percentileOf(sizes, 100)};
}

json ejectionJson(const std::vector<FrameScore>& frames) {
  const std::vector<EjectionFraction> fractions = ejectionFractions(frames);
  json patients = json::object();
  for (const EjectionFraction& f : fractions) {
    patients[f.patient] = {{"reference_percent", orNull(f.referencePercent)},
                           {"predicted_percent", orNull(f.predictedPercent)},
                           {"error_points", orNull(f.error())},
                           {"n_frames_end_diastole", f.endDiastolicFrames},
                           {"n_frames_end_systole", f.endSystolicFrames}};
  }
  const EjectionErrors errors = errorsOf(fractions);
  return {{"method", "areas summed over the frames that have a reference; spacing cancels"},
          {"by_patient", patients},
          {"n_patients", fractions.size()},
          {"mean_error_points", orNull(errors.mean)},
          {"mean_absolute_error_points", orNull(errors.meanAbsolute)},
          {"max_absolute_error_points", orNull(errors.maxAbsolute)}};
}

struct FirstLook {
  std::size_t notFound = 0;
  double meanErrorMm = 0;
  double maxErrorMm = 0;
};

FirstLook firstLookOf(const std::vector<FrameScore>& frames) {
  std::vector<double> errors;
  FirstLook look;
  for (const FrameScore& frame : frames) {
    look.notFound += frame.heartFound ? 0U : 1U;
    if (frame.centreErrorMm) errors.push_back(*frame.centreErrorMm);
  }
  look.meanErrorMm = meanOf(errors);
  look.maxErrorMm = percentileOf(errors, 100);
  return look;
}

json heartJson(const std::vector<FrameScore>& frames) {
  const FirstLook look = firstLookOf(frames);
  return {{"method", "found by the network in each frame alone"},
          {"n_frames", frames.size()},
          {"n_not_found", look.notFound},
          {"centre_error_mean_mm", orNull(look.meanErrorMm)},
          {"centre_error_max_mm", orNull(look.maxErrorMm)}};
}

json phantomJson(const FrameEvaluation& e) {
  json byStructure = json::object();
  for (const Structure structure : structures) {
    json summary = summaryJson(summarise(scoresOf(e.phantoms, structure)));
    summary.erase("dice_by_patient");  // every drawn heart is one
    byStructure[structureId(structure)] = summary;
  }
  return {{"evidence", "phantom"},
          {"seed", e.phantomSeed},
          {"n_hearts", e.phantoms.size()},
          {"heart", heartJson(e.phantoms)},
          {"structures", byStructure}};
}

std::string line(const char* format, ...) __attribute__((format(printf, 1, 2)));
std::string line(const char* format, ...) {
  char text[256];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  return std::string(text) + "\n";
}

std::string tableHead() {
  return line("%-15s%-14s%7s%9s%9s%8s%16s%10s%6s%8s%9s", "structure", "phase", "frames", "patients",
              "mean", "median", "95 % interval", "HD95 mm", "none", "missed", "invented");
}

std::string tableRow(Structure structure, const char* phase, const ScoreSummary& s) {
  return line("%-15s%-14s%7zu%9zu%9.4f%8.4f  %6.4f..%6.4f%10.2f%6zu%8zu%9zu",
              structureId(structure).c_str(), phase, s.frames, s.patients, s.diceMean, s.diceMedian,
              s.diceLow, s.diceHigh, s.hd95MeanMm, s.bothEmpty, s.missed, s.invented);
}

std::string lookText(const std::vector<FrameScore>& frames) {
  const FirstLook look = firstLookOf(frames);
  return line(
      "Heart found in each frame alone: not found in %zu of %zu; centre off by %.1f mm on "
      "average, %.1f mm at most.",
      look.notFound, frames.size(), look.meanErrorMm, look.maxErrorMm);
}

std::string ejectionText(const std::vector<FrameScore>& frames) {
  const std::vector<EjectionFraction> fractions = ejectionFractions(frames);
  if (fractions.empty()) return "";
  std::string text = "\nEjection fraction from the areas of the frames that have a reference:\n";
  for (const EjectionFraction& f : fractions) {
    text += line("  %-16s reference %5.1f %%  predicted %5.1f %%  error %+5.1f points",
                 f.patient.c_str(), f.referencePercent, f.predictedPercent, f.error());
  }
  const EjectionErrors errors = errorsOf(fractions);
  return text + line("  mean error %+.1f, mean absolute %.1f, largest %.1f points (%zu patients)",
                     errors.mean, errors.meanAbsolute, errors.maxAbsolute, fractions.size());
}

std::string lowText(const std::vector<FrameScore>& frames) {
  std::string text;
  for (const LowFrame& low : lowFrames(frames)) {
    text += line("  %.3f  %-14s %-13s %s (reference %zu pixels, predicted %zu)", *low.score.dice,
                 structureId(low.structure).c_str(), phaseName(low.frame->phase),
                 low.frame->name.c_str(), low.score.referencePixels, low.score.predictedPixels);
  }
  return text.empty() ? text : "\nFrames with a Dice below 0.8:\n" + text;
}

std::string framesText(const FrameEvaluation& e) {
  std::string text = line("%zu frames of %s", e.frames.size(), e.source.c_str()) +
                     lookText(e.frames) +
                     "Dice in two dimensions, frame by frame, without repair ('none': absent in "
                     "both, left out):\n" +
                     tableHead();
  for (const Structure structure : structures) {
    const std::vector<OverlapScore> all = scoresOf(e.frames, structure);
    if (all.empty()) continue;
    text += tableRow(structure, "all", summarise(all));
    for (const CardiacPhase phase : {CardiacPhase::endDiastole, CardiacPhase::endSystole}) {
      const std::vector<OverlapScore> own = scoresOf(e.frames, structure, phase);
      if (!own.empty()) text += tableRow(structure, phaseName(phase), summarise(own));
    }
  }
  text += "\nLV Dice by patient:\n";
  for (const auto& [patient, dice] :
       summarise(scoresOf(e.frames, Structure::lvCavity)).diceByPatient) {
    text += line("  %-16s %.4f", patient.c_str(), dice);
  }
  return text + ejectionText(e.frames) + lowText(e.frames);
}

std::string phantomText(const FrameEvaluation& e) {
  std::string text = line("\n%zu drawn hearts (evidence: phantom; seed %llu)", e.phantoms.size(),
                          static_cast<unsigned long long>(e.phantomSeed)) +
                     lookText(e.phantoms) + tableHead();
  for (const Structure structure : structures) {
    text += tableRow(structure, "phantom", summarise(scoresOf(e.phantoms, structure)));
  }
  return text;
}

}  // namespace

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

json evaluationJson(const FrameEvaluation& e) {
  json report = {{"task", e.task},
                 {"package",
                  {{"name", e.package.name},
                   {"version", e.package.version},
                   {"sha256", e.package.sha256},
                   {"device", e.package.device},
                   {"precision", e.package.precision}}}};
  if (!e.source.empty()) {
    report["frames"] = e.source;
    report["method"] = "two-dimensional, frame by frame, no repair in space or time";
    report["heart"] = heartJson(e.frames);
    report["structures"] = json::object();
    for (const Structure structure : structures) {
      if (!scoresOf(e.frames, structure).empty()) {
        report["structures"][structureId(structure)] = structureJson(e.frames, structure);
      }
    }
    report["ejection_fraction"] = ejectionJson(e.frames);
    report["frames_below_0.8"] = lowJson(e.frames);
  }
  if (!e.phantoms.empty()) report["phantoms"] = phantomJson(e);
  return report;
}

std::string evaluationText(const FrameEvaluation& e) {
  std::string text = line("%s %s in %s, task %s", e.package.name.c_str(), e.package.version.c_str(),
                          e.package.precision.c_str(), e.task.c_str());
  if (!e.source.empty()) text += framesText(e);
  if (!e.phantoms.empty()) text += phantomText(e);
  return text;
}

}  // namespace cmr
