#include "models/series_report.h"

#include <cmath>
#include <cstdio>
#include <limits>

#include "models/evaluation_report.h"
#include "models/score_format.h"

namespace cmr {
namespace {

using nlohmann::json;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

double errorOf(const std::optional<double>& found, const std::optional<double>& reference) {
  return found && reference ? *found - *reference : nan;
}

json numbersJson(const HeartNumbers& n) {
  return {{"edv_ml", orNull(n.edvMl.value_or(nan))},
          {"esv_ml", orNull(n.esvMl.value_or(nan))},
          {"ef_percent", orNull(n.efPercent.value_or(nan))},
          {"mass_g", orNull(n.massG.value_or(nan))}};
}

json comparedJson(const HeartNumbers& n, const HeartNumbers& reference) {
  json all = numbersJson(n);
  all["error"] = {{"edv_ml", orNull(errorOf(n.edvMl, reference.edvMl))},
                  {"esv_ml", orNull(errorOf(n.esvMl, reference.esvMl))},
                  {"ef_points", orNull(errorOf(n.efPercent, reference.efPercent))},
                  {"mass_g", orNull(errorOf(n.massG, reference.massG))}};
  return all;
}

json slicesJson(const std::map<int, const SeriesContour*>& drawn) {
  json slices = json::array();
  for (const auto& [slice, contour] : drawn) slices.push_back(slice);
  return slices;
}

json phasesJson(const SeriesEvaluation& e) {
  const auto phase = [&e](int found, int reference) {
    return json{{"reference", reference},
                {"found", found},
                {"offset", cyclicOffset(found, reference, e.phaseCount)}};
  };
  return {{"n_phases", e.phaseCount},
          {"numbering", "from 0, in the order of the cine"},
          {"end_diastole", phase(e.endDiastolePhase, e.reference.endDiastolePhase)},
          {"end_systole", phase(e.endSystolePhase, e.reference.endSystolePhase)}};
}

json outsideJson(const SeriesEvaluation& e) {
  json slices = json::array();
  for (const OutsideVolume& volume : e.outside) {
    slices.push_back(
        {{"phase", phaseId(volume.phase)}, {"slice", volume.slice}, {"ml", volume.ml}});
  }
  return {{"method", "cavity found in slices that have no contour at the reference's phase"},
          {"end_diastole_ml", e.outsideMl(CardiacPhase::endDiastole)},
          {"end_systole_ml", e.outsideMl(CardiacPhase::endSystole)},
          {"slices", slices}};
}

std::vector<FrameScore> scores(const SeriesEvaluation& e, FrameScore ContourScore::*which) {
  std::vector<FrameScore> all;
  for (const ContourScore& frame : e.frames) all.push_back(frame.*which);
  return all;
}

json structureJson(const std::vector<FrameScore>& frames, Structure structure) {
  const auto of = [&](std::optional<CardiacPhase> phase) {
    json summary = summaryJson(summarise(scoresOf(frames, structure, phase)));
    for (const char* key : {"dice_by_patient", "dice_interval95", "n_patients"}) summary.erase(key);
    return summary;
  };
  json all = of({});
  all["end_diastole"] = of(CardiacPhase::endDiastole);
  all["end_systole"] = of(CardiacPhase::endSystole);
  return all;
}

json structuresJson(const SeriesEvaluation& e) {
  json all = json::object();
  for (const Structure structure : judgedStructures) {
    if (scoresOf(scores(e, &ContourScore::raw), structure).empty()) continue;
    all[structureId(structure)] = {
        {"raw", structureJson(scores(e, &ContourScore::raw), structure)},
        {"repaired", structureJson(scores(e, &ContourScore::repaired), structure)}};
  }
  return all;
}

json framesJson(const SeriesEvaluation& e) {
  json list = json::array();
  for (const ContourScore& frame : e.frames) {
    json item = {{"instance", frame.instanceNumber},
                 {"slice", frame.slice},
                 {"phase", phaseId(frame.raw.phase)}};
    for (const Structure structure : judgedStructures) {
      const auto at = static_cast<std::size_t>(structure);
      if (!frame.raw.structures[at]) continue;
      item[structureId(structure)] = {
          {"dice_raw", orNull(frame.raw.structures[at]->dice.value_or(nan))},
          {"dice_repaired", orNull(frame.repaired.structures[at]->dice.value_or(nan))}};
    }
    list.push_back(std::move(item));
  }
  return list;
}

std::string cell(const std::optional<double>& value, const std::optional<double>& reference,
                 bool withError) {
  char text[48] = "-";
  if (value && withError && reference) {
    std::snprintf(text, sizeof text, "%.1f (%+.1f)", *value, *value - *reference);
  } else if (value) {
    std::snprintf(text, sizeof text, "%.1f", *value);
  }
  return text;
}

std::string numbersRow(const char* name, const HeartNumbers& n, const HeartNumbers& reference,
                       bool withError) {
  return textLine("%-34s%16s%16s%16s%16s", name, cell(n.edvMl, reference.edvMl, withError).c_str(),
                  cell(n.esvMl, reference.esvMl, withError).c_str(),
                  cell(n.efPercent, reference.efPercent, withError).c_str(),
                  cell(n.massG, reference.massG, withError).c_str());
}

std::string phasesText(const SeriesEvaluation& e) {
  return textLine(
      "End diastole: phase %d (reference %d, off by %+d); end systole: phase %d "
      "(reference %d, off by %+d); of %d, from 0.",
      e.endDiastolePhase, e.reference.endDiastolePhase,
      cyclicOffset(e.endDiastolePhase, e.reference.endDiastolePhase, e.phaseCount),
      e.endSystolePhase, e.reference.endSystolePhase,
      cyclicOffset(e.endSystolePhase, e.reference.endSystolePhase, e.phaseCount), e.phaseCount);
}

std::string outsideText(const SeriesEvaluation& e) {
  std::string text = textLine(
      "Found outside the contoured slices: %.1f mL at end diastole, %.1f mL at end systole.",
      e.outsideMl(CardiacPhase::endDiastole), e.outsideMl(CardiacPhase::endSystole));
  for (const OutsideVolume& volume : e.outside) {
    text += textLine("  %-13s slice %2d: %.2f mL", phaseId(volume.phase).c_str(), volume.slice,
                     volume.ml);
  }
  return text;
}

std::string overlapRows(const std::vector<FrameScore>& frames, Structure structure,
                        const std::string& state) {
  std::string rows;
  const auto add = [&](const std::string& phase, std::optional<CardiacPhase> which) {
    const std::vector<OverlapScore> own = scoresOf(frames, structure, which);
    if (own.empty()) return;
    rows += tableRow(structureId(structure), phase + state, summarise(own));
  };
  add("ED ", CardiacPhase::endDiastole);
  add("ES ", CardiacPhase::endSystole);
  add("all ", {});
  return rows;
}

std::string overlapText(const SeriesEvaluation& e) {
  std::string text = "\n";
  text += tableHead();
  for (const Structure structure : judgedStructures) {
    text += overlapRows(scores(e, &ContourScore::raw), structure, "raw");
    text += overlapRows(scores(e, &ContourScore::repaired), structure, "repaired");
  }
  return text;
}

std::string lowText(const SeriesEvaluation& e) {
  std::string text;
  for (const ContourScore& frame : e.frames) {
    const auto& score = frame.repaired.structures[static_cast<std::size_t>(Structure::lvCavity)];
    if (score && score->dice && *score->dice < lowDice) {
      text += textLine("  %.3f  instance %d, slice %d, %s (reference %zu pixels, predicted %zu)",
                       *score->dice, frame.instanceNumber, frame.slice,
                       phaseId(frame.raw.phase).c_str(), score->referencePixels,
                       score->predictedPixels);
    }
  }
  return text.empty() ? text : "\nFrames whose LV Dice is below 0.8 after repair:\n" + text;
}

}  // namespace

json seriesJson(const SeriesEvaluation& e, const PackageIdentity& package,
                const std::string& task) {
  json report = {{"task", task},
                 {"package", packageJson(package)},
                 {"n_slices", e.sliceCount},
                 {"phases", phasesJson(e)},
                 {"reference", numbersJson(e.reference.numbers)},
                 {"as_shipped", comparedJson(e.asShipped, e.reference.numbers)},
                 {"reference_slices", comparedJson(e.referenceSlices, e.reference.numbers)},
                 {"outside_contours", outsideJson(e)},
                 {"structures", structuresJson(e)},
                 {"frames", framesJson(e)},
                 {"flags", json::array()}};
  report["reference"]["slices_end_diastole"] = slicesJson(e.reference.endDiastole);
  report["reference"]["slices_end_systole"] = slicesJson(e.reference.endSystole);
  report["as_shipped"]["method"] = "all slices, at the phases that the analysis took";
  report["reference_slices"]["method"] =
      "after repair, in the contoured frames alone, at the reference's phases";
  for (const Flag& flag : e.flags)
    report["flags"].push_back({{"id", flag.id}, {"text", flag.text}});
  return report;
}

std::string seriesText(const SeriesEvaluation& e, const PackageIdentity& package,
                       const std::string& task) {
  std::string text =
      textLine("%s %s in %s, task %s: %d slices, %d phases, %zu contoured frames",
               package.name.c_str(), package.version.c_str(), package.precision.c_str(),
               task.c_str(), e.sliceCount, e.phaseCount, e.frames.size()) +
      phasesText(e) + textLine("%-34s%16s%16s%16s%16s", "", "EDV mL", "ESV mL", "EF %", "mass g") +
      numbersRow("contours", e.reference.numbers, {}, false) +
      numbersRow("as shipped (all slices)", e.asShipped, e.reference.numbers, true) +
      numbersRow("contoured frames alone", e.referenceSlices, e.reference.numbers, true) +
      outsideText(e) + overlapText(e) + lowText(e);
  if (!e.flags.empty()) text += "\nFlags of the analysis:\n";
  for (const Flag& flag : e.flags) text += "  " + flag.id + ": " + flag.text + "\n";
  return text;
}

}  // namespace cmr
