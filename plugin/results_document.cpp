#include "plugin/results_document.h"

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/program.h"
#include "analysis/sha256.h"
#include "analysis/site_release.h"
#include "config/explain_rules.h"
#include "dicom_sr/key_segments.h"
#include "dicom_sr/measurement_text.h"
#include "dicom_sr/object_kinds.h"
#include "plugin/chamber_json.h"
#include "plugin/pathology_json.h"
#include "plugin/wall_json.h"

namespace cmr {
namespace {

using Json = nlohmann::ordered_json;

Json optionalNumber(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? Json(*value) : Json(nullptr);
}

Json numbers(const std::vector<double>& values) {
  Json list = Json::array();
  for (const double value : values) list.push_back(optionalNumber(value));
  return list;
}

Json codeOf(const Code& code) {
  return {{"value", code.value}, {"scheme", code.scheme}, {"meaning", code.meaning}};
}

const char* nameOf(OutcomeKind kind) {
  switch (kind) {
    case OutcomeKind::analysed:
      return "analysed";
    case OutcomeKind::notAnalysable:
      return "notAnalysable";
    case OutcomeKind::failed:
      break;
  }
  return "failed";
}

const char* nameOf(Quality quality) {
  switch (quality) {
    case Quality::good:
      return "good";
    case Quality::uncertain:
      return "uncertain";
    case Quality::unmeasurable:
      break;
  }
  return "unmeasurable";
}

const char* nameOf(Severity severity) {
  switch (severity) {
    case Severity::note:
      return "note";
    case Severity::warning:
      return "warning";
    case Severity::serious:
      break;
  }
  return "serious";
}

Json packageOf(const PackageIdentity& package) {
  Json structures = Json::object();
  for (std::size_t i = 1; i < structureIds.size(); ++i) {
    structures[structureIds[i]] = {{"evidence", package.evidence[i]},
                                   {"release", package.release[i]}};
    if (package.papillaryMuscles[i] == PapillaryConvention::inCavity) {
      structures[structureIds[i]]["papillaryMuscles"] = papillariesInCavity;
    }
  }
  return {{"name", package.name},     {"version", package.version},     {"sha256", package.sha256},
          {"device", package.device}, {"precision", package.precision}, {"structures", structures}};
}

// Every image with its place in the stack; measurements name images by their index here.
Json imagesOf(const SeriesStack& source) {
  struct Place {
    int slice = -1;
    int phase = -1;
  };
  std::vector<Place> places(source.sources.size());
  const ImageStack& stack = source.stack;
  for (int slice = 0; slice < stack.sliceCount; ++slice) {
    for (int phase = 0; phase < stack.phaseCount; ++phase) {
      places.at(stack.frame(slice, phase).sourceIndex) = {slice, phase};
    }
  }
  Json list = Json::array();
  for (std::size_t i = 0; i < places.size(); ++i) {
    const SourceFrame& image = source.sources[i];
    Json entry = {{"SOPInstanceUID", image.SOPInstanceUID},
                  {"SeriesInstanceUID", image.SeriesInstanceUID},
                  {"sha256", image.contentSha256},
                  {"slice", places[i].slice},
                  {"phase", places[i].phase}};
    if (image.frameNumber > 0) entry["frameNumber"] = image.frameNumber;
    list.push_back(std::move(entry));
  }
  return list;
}

Json sourceOf(const SeriesStack& source) {
  const ImageStack& stack = source.stack;
  const PlaneGeometry& plane = stack.planes.front();
  return {{"StudyInstanceUID", source.StudyInstanceUID},
          {"SeriesInstanceUIDs", source.SeriesInstanceUIDs},
          {"FrameOfReferenceUID", source.FrameOfReferenceUID},
          {"SeriesDescription", source.SeriesDescription},
          {"slices", stack.sliceCount},
          {"phases", stack.phaseCount},
          {"rows", stack.rows},
          {"columns", stack.columns},
          {"pixelSpacingMm", {plane.rowSpacingMm, plane.columnSpacingMm}},
          {"sliceDistancesMm", numbers(sliceDistancesMm(stack))},
          {"phaseOrder", source.phaseOrderKey},
          {"rrIntervalMs", optionalNumber(stack.rrIntervalMs)},
          {"heartRateBpm", optionalNumber(stack.heartRateBpm)},
          {"notes", source.notes},
          {"images", imagesOf(source)}};
}

Json referenceOf(const Measurement& m) {
  if (!m.reference) return nullptr;
  const Beside beside = besideRange(m);
  return {{"low", m.reference->low},
          {"high", m.reference->high},
          {"value", beside == Beside::within  ? "within"
                    : beside == Beside::below ? "below"
                                              : "above"},
          {"of", m.reference->population},
          {"source", m.reference->source}};
}

Json measurementOf(const Measurement& m, bool isReported) {
  return {{"id", m.id},
          {"label", m.label},
          {"value", isMeasured(m) ? Json(*m.value) : Json(nullptr)},
          {"unit", codeOf(m.unit)},
          {"concept", codeOf(m.concept_)},
          {"quality", nameOf(isMeasured(m) ? m.quality : Quality::unmeasurable)},
          {"reason", m.reason},
          {"method", m.method},
          {"indexedFrom", m.indexedFrom},
          {"reference", referenceOf(m)},
          {"noReference", m.noReference},
          {"reported", isReported},
          {"images", m.sourceFrames}};
}

Json flagsOf(const std::vector<Flag>& flags) {
  Json list = Json::array();
  for (const Flag& flag : flags) {
    list.push_back({{"severity", nameOf(flag.severity)}, {"id", flag.id}, {"text", flag.text}});
  }
  return list;
}

Json experimentalOf(const SaxAnalysis& analysis) {
  Json all = Json::object();
  for (const ExperimentalStructure& apart : analysis.experimental) {
    const auto at = static_cast<std::size_t>(apart.structure);
    Json list = Json::array();
    for (const Measurement& m : apart.measurements) list.push_back(measurementOf(m, false));
    all[structureIds.at(at)] = {{"reason", apart.reason},
                                {"evidence", analysis.package.evidence.at(at)},
                                {"release", analysis.package.release.at(at)},
                                {"volumeMl", numbers(apart.volumeMl)},
                                {"measurements", list},
                                {"flags", flagsOf(apart.flags)}};
  }
  return all;
}

Json keyPhase(const SaxAnalysis& analysis, int phase) {
  const auto at = static_cast<std::size_t>(phase);
  const bool hasTime = at < analysis.phaseTimesMs.size();
  return {{"phase", phase}, {"timeMs", hasTime ? Json(analysis.phaseTimesMs[at]) : Json(nullptr)}};
}

Json stillOf(const SaxAnalysis& analysis) {
  Json septum = Json::array();
  for (std::size_t slice = 0; slice < analysis.septum.size(); ++slice) {
    if (!analysis.septum[slice]) continue;
    septum.push_back({{"slice", slice},
                      {"anteriorRad", analysis.septum[slice]->anteriorRad},
                      {"inferiorRad", analysis.septum[slice]->inferiorRad}});
  }
  return {{"content", analysis.stillWords}, {"septum", septum}};
}

void addAnalysis(Json& document, const SaxAnalysis& analysis) {
  if (!analysis.isStill) {
    document["keyPhases"] = {{"endDiastole", keyPhase(analysis, analysis.endDiastolePhase)},
                             {"endSystole", keyPhase(analysis, analysis.endSystolePhase)}};
  }
  if (analysis.isStill) document["still"] = stillOf(analysis);
  if (!analysis.longAxisView.empty()) {
    document["longAxisView"] = analysis.longAxisView;
    document["longAxisChambers"] = {{"leftVentricle", chamberJson(analysis.leftVentricle)},
                                    {"leftAtrium", chamberJson(analysis.leftAtrium)}};
  }
  document["keySlice"] = analysis.keySlice;
  document["curves"] = {{"timeMs", numbers(analysis.phaseTimesMs)},
                        {"lvVolumeMl", numbers(analysis.lvVolumeMl)},
                        {"rvVolumeMl", numbers(analysis.rvVolumeMl)}};
  document["wall"] = wallJson(analysis.wall, analysis.endSystolePhase);
  document["measurements"] = Json::array();
  for (const Measurement& m : analysis.measurements) {
    document["measurements"].push_back(measurementOf(m, isReleased(analysis, m)));
  }
  document["flags"] = flagsOf(analysis.flags);
  document["experimental"] = experimentalOf(analysis);
  document["pathology"] = pathologyJson(analysis.pathology);
}

Json objectsOf(const std::vector<ProducedObject>& objects) {
  Json list = Json::array();
  for (const ProducedObject& object : objects) {
    list.push_back({{"kind", std::string(namesOf(object.kind).name)},
                    {"SOPClassUID", object.SOPClassUID},
                    {"SOPInstanceUID", object.SOPInstanceUID},
                    {"SeriesInstanceUID", object.SeriesInstanceUID},
                    {"sha256", sha256Hex(object.bytes)},
                    {"notes", object.notes}});
  }
  return list;
}

Json verdictsOf(const std::vector<Verdict>& verdicts) {
  Json list = Json::array();
  for (const Verdict& verdict : verdicts) {
    list.push_back(
        {{"id", verdict.id}, {"reason", verdict.reason}, {"instances", verdict.instances}});
  }
  return list;
}

Json answerOf(const FirstLookAnswer& answer, const std::string& saidByHeader) {
  Json probabilities = Json::object();
  for (std::size_t k = 0; k < answer.classes.size(); ++k) {
    probabilities[answer.classes[k].name] = optionalNumber(answer.probabilities.at(k));
  }
  const HeadClass& taken = answer.taken();
  return {{"takenFor", taken.name},
          {"probability", optionalNumber(answer.probability())},
          {"isCertain", answer.isCertain()},
          {"evidence", taken.evidence},
          {"release", taken.release},
          {"header", saidByHeader.empty() ? Json(nullptr) : Json(saidByHeader)},
          {"agreement", nameOf(agreementOf(answer, saidByHeader))},
          {"decidedBy", nameOf(deciderOf(answer, saidByHeader))},
          {"probabilities", probabilities}};
}

Json looksOf(const std::vector<LookedAtSeries>& looks) {
  Json list = Json::array();
  for (const LookedAtSeries& series : looks) {
    Json entry = {{"SeriesInstanceUIDs", series.SeriesInstanceUIDs},
                  {"SeriesDescription", series.SeriesDescription},
                  {"slices", series.slices},
                  {"phases", series.phases},
                  {"isAnalysed", series.isAnalysed},
                  {"frames", series.look.frames}};
    for (const FirstLookAnswer& answer : series.look.answers) {
      const std::string& said = answer.task == "view" ? series.tags.view : series.tags.sequence;
      entry[answer.task] = answerOf(answer, said);
    }
    if (series.look.distance) {
      entry["likeness"] = {{"distance", optionalNumber(series.look.distance)},
                           {"limit", series.look.largestDistance},
                           {"isUnlikeTraining", series.look.isUnlikeTraining()}};
    }
    list.push_back(std::move(entry));
  }
  return list;
}

}  // namespace

std::string resultsDocument(const ResultsInput& input) {
  Json document;
  document["schemaVersion"] = resultsSchemaVersion;
  document["program"] = {
      {"name", programName}, {"version", programVersion}, {"outputFormat", outputFormatVersion}};
  document["notice"] = researchNotice;
  document["task"] = input.analysis != nullptr ? input.analysis->task : input.task;
  document["outcome"] = nameOf(input.kind);
  document["reason"] = input.reason;
  if (input.context != nullptr) {
    document["dateTime"] = {{"value", input.context->dateTime}, {"origin", input.dateTimeOrigin}};
    document["settings"] = input.context->settingsFingerprint;
  }
  if (input.analysis != nullptr) {
    document["package"] = packageOf(input.analysis->package);
    addAnalysis(document, *input.analysis);
  }
  document["verdicts"] = verdictsOf(input.verdicts);
  document["firstLooks"] = looksOf(input.looks);
  for (const SilentHead& head : input.silentHeads) {
    document["silentHeads"][head.task] = head.reason;
  }
  if (input.sorting != nullptr) {
    document["sorting"] = {{"rule", input.sorting->rule},
                           {"verdict", verdictOf(*input.sorting, "")},
                           {"explanation", explanationJson(input.sorting->explanation)}};
  }
  if (input.objects != nullptr) document["objects"] = objectsOf(*input.objects);
  if (input.source != nullptr) document["source"] = sourceOf(*input.source);
  // Text of the source may be in any character set: what is no UTF-8 becomes U+FFFD.
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace cmr
