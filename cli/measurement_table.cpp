#include "cli/measurement_table.h"

#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "dicom_sr/measurement_text.h"

namespace cmr {
namespace {

using Json = nlohmann::ordered_json;

Measurement measurementOf(const Json& json) {
  Measurement m;
  m.label = json.at("label").get<std::string>();
  m.unit.value = json.at("unit").at("value").get<std::string>();
  m.reason = json.at("reason").get<std::string>();
  const std::string quality = json.at("quality").get<std::string>();
  m.quality = quality == "good"        ? Quality::good
              : quality == "uncertain" ? Quality::uncertain
                                       : Quality::unmeasurable;
  if (!json.at("value").is_null()) m.value = json.at("value").get<double>();
  if (const Json range = json.value("reference", Json()); !range.is_null()) {
    m.reference =
        ReferenceRange{range.at("low").get<double>(), range.at("high").get<double>(),
                       range.at("source").get<std::string>(), range.at("of").get<std::string>()};
  }
  return m;
}

std::string rowOf(const Measurement& m, std::string& said) {
  char row[160];
  std::snprintf(row, sizeof row, "  %-32s %12s  %-8s", m.label.c_str(), valueText(m).c_str(),
                isMeasured(m) ? unitText(m.unit).c_str() : "");
  std::string text = row;
  if (const std::string range = rangeText(m); !range.empty()) text += " [" + range + "]";
  if (besideRange(m) == Beside::below) text += " below";
  if (besideRange(m) == Beside::above) text += " above";
  if (const std::string quality = qualityText(m); !quality.empty()) {
    text += quality == said ? " as above" : " " + quality;
    said = quality;
  }
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text + "\n";
}

// One line per reason, so that nothing is left out in silence.
std::string notReported(const Json& measurements) {
  std::map<std::string, std::string> labelsByReason;
  for (const Json& json : measurements) {
    // What is said of a volume holds for its index.
    if (json.at("reported").get<bool>() || !json.value("indexedFrom", "").empty()) continue;
    std::string& labels = labelsByReason[json.at("reason").get<std::string>()];
    labels += (labels.empty() ? "" : ", ") + json.at("label").get<std::string>();
  }
  std::string text;
  for (const auto& [reason, labels] : labelsByReason) {
    text += "  not reported: " + labels + ". " + reason + "\n";
  }
  return text;
}

// Where the ranges in brackets come from, or why there are none.
std::string ranges(const Json& measurements) {
  std::set<std::string> lines;
  for (const Json& json : measurements) {
    if (!json.at("reported").get<bool>()) continue;
    if (const Json range = json.value("reference", Json()); !range.is_null()) {
      lines.insert("  [ranges] " + range.at("of").get<std::string>() + " (" +
                   range.at("source").get<std::string>() + ")\n");
    } else if (const std::string none = json.value("noReference", ""); !none.empty()) {
      lines.insert("  no reference ranges: " + none + "\n");
    }
  }
  std::string text;
  for (const std::string& line : lines) text += line;
  return text;
}

std::string phaseText(const Json& phase) {
  std::string text = "phase " + std::to_string(phase.at("phase").get<int>() + 1);
  if (!phase.at("timeMs").is_null()) {
    char time[32];
    std::snprintf(time, sizeof time, " (%.0f ms)", phase.at("timeMs").get<double>());
    text += time;
  }
  return text;
}

}  // namespace

std::string measurementTable(const std::string& resultsJson) {
  const Json results = Json::parse(resultsJson);
  const Json& source = results.at("source");
  std::string text = results.at("notice").get<std::string>() + ". Not verified by a person.\n\n";
  std::string said;
  std::string notIndexed;
  for (const Json& json : results.at("measurements")) {
    if (!json.at("reported").get<bool>()) continue;
    const Measurement m = measurementOf(json);
    if (json.value("indexedFrom", "").empty() || isMeasured(m)) {
      text += rowOf(m, said);
    } else {
      notIndexed = "  not indexed by body surface: " + m.reason + "\n";
    }
  }
  text += notIndexed;
  text += notReported(results.at("measurements"));
  text += ranges(results.at("measurements"));
  if (!results.contains("keyPhases")) {
    text += "\n  " + std::to_string(source.at("slices").get<int>()) + " slices outlined\n";
  } else {
    text += "\n  end-diastole: " + phaseText(results.at("keyPhases").at("endDiastole")) +
            ", end-systole: " + phaseText(results.at("keyPhases").at("endSystole")) + ", of " +
            std::to_string(source.at("slices").get<int>()) + " slices and " +
            std::to_string(source.at("phases").get<int>()) + " phases\n";
  }
  for (const Json& flag : results.at("flags")) {
    text += "  " + flag.at("severity").get<std::string>() + ": " +
            flag.at("text").get<std::string>() + "\n";
  }
  for (const Json& verdict : results.at("verdicts")) {
    text += "  not used: " + verdict.at("reason").get<std::string>() + "\n";
  }
  const Json& package = results.at("package");
  return text + "  model package " + package.at("name").get<std::string>() + " " +
         package.at("version").get<std::string>() + " on " +
         package.at("device").get<std::string>() + " in " +
         package.at("precision").get<std::string>() + "\n";
}

}  // namespace cmr
