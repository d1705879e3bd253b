#include "dicom_sr/report_comments.h"

#include <algorithm>
#include <cstdio>
#include <set>
#include <utility>

#include "analysis/program.h"
#include "dicom_sr/key_segments.h"
#include "dicom_sr/measurement_text.h"
#include "dicom_sr/short_names.h"

namespace cmr {
namespace {

const char* severityName(Severity severity) {
  switch (severity) {
    case Severity::note:
      return "Note";
    case Severity::warning:
      return "Warning";
    case Severity::serious:
      return "Serious";
  }
  return "";
}

// What is said of a measurement; "" when it is good.
std::string qualityOf(const Measurement& measurement) {
  const std::string reason = measurement.reason.empty() ? "no reason given" : measurement.reason;
  if (!isMeasured(measurement)) return "not measured: " + reason;
  return measurement.quality == Quality::uncertain ? "uncertain: " + reason : "";
}

void addQuality(const SaxAnalysis& analysis, std::vector<std::string>& comments) {
  for (const Measurement& measurement : analysis.measurements) {
    if (!isReleased(analysis, measurement) || segmentOf(measurement.id) > 0) continue;
    const std::string text = qualityOf(measurement);
    if (!text.empty()) comments.push_back(measurement.label + ": " + text);
  }
}

// The same is mostly said of all numbers of a still, and of all segments: once, with the names of
// those it holds for.
void addQualityByReason(const SaxAnalysis& analysis, std::vector<std::string>& comments,
                        bool segmentsAlone) {
  std::vector<std::pair<std::string, std::string>> labelsByText;
  for (const Measurement& measurement : analysis.measurements) {
    if (segmentsAlone && segmentOf(measurement.id) == 0) continue;
    const std::string text = isReleased(analysis, measurement) ? qualityOf(measurement) : "";
    if (text.empty()) continue;
    const auto at = std::find_if(labelsByText.begin(), labelsByText.end(),
                                 [&](const auto& one) { return one.first == text; });
    if (at == labelsByText.end()) {
      labelsByText.emplace_back(text, measurement.label);
    } else {
      at->second += "; " + measurement.label;
    }
  }
  for (const auto& [text, labels] : labelsByText) comments.push_back(labels + ": " + text);
}

void addReservations(const SaxAnalysis& analysis, std::vector<std::string>& comments) {
  std::set<std::string> said;
  for (const KeySegment& segment : keySegments(analysis)) {
    if (segment.description.find("Looked for") != std::string::npos ||
        segment.description.find("Check with care") != std::string::npos) {
      if (said.insert(segment.description).second) {
        comments.push_back(segment.label + ": " + segment.description);
      }
    }
  }
  for (const Structure structure :
       {Structure::lvCavity, Structure::lvMyocardium, Structure::rvCavity}) {
    if (isReleased(analysis, structure)) continue;
    const char* name = structure == Structure::lvCavity       ? "LV cavity"
                       : structure == Structure::lvMyocardium ? "LV myocardium"
                                                              : "RV cavity";
    comments.push_back(std::string(name) +
                       ": not reported: this model package does not release it for reports.");
  }
}

}  // namespace

namespace {

std::string rangeWords(const ReferenceRange& range) {
  char text[64];
  std::snprintf(text, sizeof text, "%g to %g", range.low, range.high);
  return text;
}

}  // namespace

std::string methodSentence(const Measurement& measurement) {
  std::string sentence = measurement.method;
  if (!measurement.sourceFrames.empty()) {
    if (!sentence.empty()) sentence += ' ';
    sentence += "Computed from " + std::to_string(measurement.sourceFrames.size()) + " images.";
  }
  if (measurement.reference && isMeasured(measurement)) {
    sentence += " Reference range " + rangeWords(*measurement.reference) + ": " +
                measurement.reference->population + " (" + measurement.reference->source + ").";
  }
  if (!isMeasured(measurement)) return sentence + " Not measured: " + measurement.reason;
  if (measurement.quality == Quality::uncertain) {
    return sentence + " Uncertain: " + measurement.reason;
  }
  return sentence;
}

std::vector<std::string> reportComments(const SaxAnalysis& analysis) {
  std::vector<std::string> comments = {std::string(researchNotice) +
                                       ". Computed by a program, verified by nobody. Numbers "
                                       "without a comment here passed the automatic checks."};
  if (analysis.isStill) {
    addQualityByReason(analysis, comments, false);
  } else {
    addQuality(analysis, comments);
    addQualityByReason(analysis, comments, true);
  }
  for (const std::string& text : referenceSources(analysis)) comments.push_back(text);
  if (!analysis.wall.noSegments.empty()) comments.push_back(analysis.wall.noSegments);
  for (const Flag& flag : analysis.flags) {
    comments.push_back(std::string(severityName(flag.severity)) + ": " + flag.text);
  }
  addReservations(analysis, comments);
  return comments;
}

}  // namespace cmr
