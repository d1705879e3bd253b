#include "models/evaluation_report.h"

#include <algorithm>
#include <cmath>

#include "models/measurement_agreement.h"
#include "models/published_masks.h"
#include "models/score_format.h"

namespace cmr {
namespace {

using nlohmann::json;

json structureJson(const std::vector<FrameScore>& frames, Structure structure) {
  json all = summaryJson(summarise(scoresOf(frames, structure)));
  for (const CardiacPhase phase : {CardiacPhase::endDiastole, CardiacPhase::endSystole}) {
    all[phaseId(phase)] = summaryJson(summarise(scoresOf(frames, structure, phase)));
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
    for (const Structure structure : judgedStructures) {
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
                    {"phase", phaseId(low.frame->phase)},
                    {"structure", structureId(low.structure)},
                    {"dice", *low.score.dice},
                    {"reference_pixels", low.score.referencePixels},
                    {"predicted_pixels", low.score.predictedPixels}});
  }
  return list;
}

struct EjectionErrors {
  std::size_t without = 0;  // patients in whom nothing was found at end diastole
  double mean = 0;
  double meanAbsolute = 0;
  double maxAbsolute = 0;
  Agreement agreement;  // count 0: of nobody
};

EjectionErrors errorsOf(const std::vector<EjectionFraction>& fractions) {
  std::vector<double> errors;
  std::vector<double> sizes;
  for (const EjectionFraction& f : fractions) {
    if (!std::isfinite(f.error())) continue;
    errors.push_back(f.error());
    sizes.push_back(std::abs(f.error()));
  }
  EjectionErrors e{fractions.size() - errors.size(),
                   meanOf(errors),
                   meanOf(sizes),
                   percentileOf(sizes, 100),
                   {}};
  std::vector<ComparedNumber> numbers;
  for (const EjectionFraction& f : fractions) {
    if (!std::isfinite(f.error())) continue;
    numbers.push_back({"lv.ef", "", "%", f.referencePercent, f.predictedPercent});
  }
  if (!numbers.empty()) e.agreement = agreementOf(numbers).front();
  return e;
}

json limitsJson(const Agreement& a) {
  return a.count > 1 ? json{a.lowerLimit, a.upperLimit} : json();
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
          {"n_without_prediction", errors.without},
          {"mean_error_points", orNull(errors.mean)},
          {"limits_of_agreement_points", limitsJson(errors.agreement)},
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

const char* searchText(HeartSearch search) {
  return search == HeartSearch::perPatient ? "found by the network over all frames of a patient"
                                           : "found by the network in each frame alone";
}

json heartJson(const std::vector<FrameScore>& frames, HeartSearch search) {
  const FirstLook look = firstLookOf(frames);
  return {{"method", searchText(search)},
          {"n_frames", frames.size()},
          {"n_not_found", look.notFound},
          {"centre_error_mean_mm", orNull(look.meanErrorMm)},
          {"centre_error_max_mm", orNull(look.maxErrorMm)}};
}

json phantomJson(const FrameEvaluation& e) {
  json byStructure = json::object();
  for (const Structure structure : judgedStructures) {
    json summary = summaryJson(summarise(scoresOf(e.phantoms, structure)));
    summary.erase("dice_by_patient");  // every drawn heart is one
    byStructure[structureId(structure)] = summary;
  }
  return {{"evidence", "phantom"},
          {"seed", e.phantomSeed},
          {"n_hearts", e.phantoms.size()},
          {"heart", heartJson(e.phantoms, HeartSearch::perFrame)},
          {"structures", byStructure}};
}

json structuresJson(const std::vector<FrameScore>& frames) {
  json structures = json::object();
  for (const Structure structure : judgedStructures) {
    if (!scoresOf(frames, structure).empty()) {
      structures[structureId(structure)] = structureJson(frames, structure);
    }
  }
  return structures;
}

std::string lookText(const std::vector<FrameScore>& frames, HeartSearch search) {
  const FirstLook look = firstLookOf(frames);
  std::string text = textLine("Heart %s; not found in %zu of %zu frames.", searchText(search),
                              look.notFound, frames.size());
  if (std::isfinite(look.meanErrorMm)) {
    text += textLine("Its centre was off by %.1f mm on average, %.1f mm at most.", look.meanErrorMm,
                     look.maxErrorMm);
  }
  return text;
}

std::string ejectionText(const std::vector<FrameScore>& frames) {
  const std::vector<EjectionFraction> fractions = ejectionFractions(frames);
  if (fractions.empty()) return "";
  std::string text = "\nEjection fraction from the areas of the frames that have a reference:\n";
  for (const EjectionFraction& f : fractions) {
    if (!std::isfinite(f.predictedPercent)) {
      text += textLine("  %-16s reference %5.1f %%  nothing found at end diastole",
                       f.patient.c_str(), f.referencePercent);
      continue;
    }
    text += textLine("  %-16s reference %5.1f %%  predicted %5.1f %%  error %+5.1f points",
                     f.patient.c_str(), f.referencePercent, f.predictedPercent, f.error());
  }
  const EjectionErrors errors = errorsOf(fractions);
  if (errors.agreement.count > 1) {
    text += textLine("  limits of agreement %+.1f to %+.1f points (Bland and Altman)",
                     errors.agreement.lowerLimit, errors.agreement.upperLimit);
  }
  return text + textLine(
                    "  mean error %+.1f, mean absolute %.1f, largest %.1f points (%zu patients, "
                    "%zu without "
                    "a prediction)",
                    errors.mean, errors.meanAbsolute, errors.maxAbsolute, fractions.size(),
                    errors.without);
}

std::string lowText(const std::vector<FrameScore>& frames) {
  std::string text;
  for (const LowFrame& low : lowFrames(frames)) {
    text +=
        textLine("  %.3f  %-14s %-13s %s (reference %zu pixels, predicted %zu)", *low.score.dice,
                 structureId(low.structure).c_str(), phaseId(low.frame->phase).c_str(),
                 low.frame->name.c_str(), low.score.referencePixels, low.score.predictedPixels);
  }
  return text.empty() ? text : "\nFrames with a Dice below 0.8:\n" + text;
}

// The edges of masks that are known to lie elsewhere than what was drawn.
bool hasDisplacedEdges(const FrameEvaluation& e) {
  return e.maskEdges == "stored" &&
         std::any_of(e.frames.begin(), e.frames.end(),
                     [](const FrameScore& frame) { return isSunnybrookPatient(frame.patient); });
}

constexpr const char* displacedEdgesNote =
    "the frames are named as the published Sunnybrook frames, whose masks are up to half a pixel "
    "larger than the contours they were made from; --mask-edges sunnybrook measures against those";

std::string edgesText(const std::string& maskEdges) {
  return maskEdges == "stored" ? "as stored" : maskEdges;
}

std::string structuresText(const std::vector<FrameScore>& frames) {
  std::string text = tableHead();
  for (const Structure structure : judgedStructures) {
    const std::vector<OverlapScore> all = scoresOf(frames, structure);
    if (all.empty()) continue;
    text += tableRow(structureId(structure), "all", summarise(all));
    for (const CardiacPhase phase : {CardiacPhase::endDiastole, CardiacPhase::endSystole}) {
      const std::vector<OverlapScore> own = scoresOf(frames, structure, phase);
      if (!own.empty()) text += tableRow(structureId(structure), phaseId(phase), summarise(own));
    }
  }
  return text;
}

std::string framesText(const FrameEvaluation& e) {
  std::string text = textLine("%zu frames of %s, mask edges %s", e.frames.size(), e.source.c_str(),
                              edgesText(e.maskEdges).c_str()) +
                     lookText(e.frames, e.search) +
                     "Dice in two dimensions, frame by frame, without repair ('none': absent in "
                     "both, left out):\n" +
                     structuresText(e.frames);
  if (!e.otherwise.empty()) {
    text += textLine("\nThe same with mask edges %s:", edgesText(e.otherMaskEdges).c_str()) +
            structuresText(e.otherwise);
  }
  const auto nameless =
      std::count_if(e.frames.begin(), e.frames.end(),
                    [](const FrameScore& frame) { return frame.patient == frame.name; });
  if (nameless > 0) {
    text += textLine(
        "\n%td frames do not say whose they are (PATIENT-IM-...): each counts as a patient",
        nameless);
  }
  text += "\nLV Dice by patient:\n";
  for (const auto& [patient, dice] :
       summarise(scoresOf(e.frames, Structure::lvCavity)).diceByPatient) {
    text += textLine("  %-16s %.4f", patient.c_str(), dice);
  }
  if (hasDisplacedEdges(e)) text += std::string("\nNote: ") + displacedEdgesNote + ".\n";
  return text + ejectionText(e.frames) + lowText(e.frames);
}

std::string phantomText(const FrameEvaluation& e) {
  std::string text = textLine("\n%zu drawn hearts (evidence: phantom; seed %llu)",
                              e.phantoms.size(), static_cast<unsigned long long>(e.phantomSeed)) +
                     lookText(e.phantoms, HeartSearch::perFrame) + tableHead();
  for (const Structure structure : judgedStructures) {
    text += tableRow(structureId(structure), "phantom", summarise(scoresOf(e.phantoms, structure)));
  }
  return text;
}

}  // namespace

json evaluationJson(const FrameEvaluation& e) {
  json report = {{"task", e.task}, {"package", packageJson(e.package)}};
  if (!e.source.empty()) {
    report["frames"] = e.source;
    report["mask_edges"] = e.maskEdges;
    if (hasDisplacedEdges(e)) report["note"] = displacedEdgesNote;
    report["method"] = "two-dimensional, frame by frame, no repair in space or time";
    report["heart"] = heartJson(e.frames, e.search);
    report["structures"] = structuresJson(e.frames);
    report["ejection_fraction"] = ejectionJson(e.frames);
    if (!e.otherwise.empty()) {
      report["other_mask_edges"] = {{"mask_edges", e.otherMaskEdges},
                                    {"structures", structuresJson(e.otherwise)},
                                    {"ejection_fraction", ejectionJson(e.otherwise)}};
    }
    report["frames_below_0.8"] = lowJson(e.frames);
  }
  if (!e.phantoms.empty()) report["phantoms"] = phantomJson(e);
  return report;
}

std::string evaluationText(const FrameEvaluation& e) {
  std::string text =
      textLine("%s %s in %s, task %s", e.package.name.c_str(), e.package.version.c_str(),
               e.package.precision.c_str(), e.task.c_str());
  if (!e.source.empty()) text += framesText(e);
  if (!e.phantoms.empty()) text += phantomText(e);
  return text;
}

}  // namespace cmr
