#include "plugin/analysis_findings.h"

#include "analysis/errors.h"
#include "analysis/long_axis_analysis.h"
#include "analysis/sha256.h"
#include "analysis/site_release.h"
#include "dicom_sr/source_date.h"
#include "plugin/results_document.h"
#include "plugin/write_objects.h"

namespace cmr {
namespace {

// Of everything that changes results besides the package; its hash is part of every UID.
std::string settingsFingerprint(const PackageIdentity& package, const std::string& task,
                                const std::vector<SilentHead>& silent) {
  std::string settings = "task=" + task;
  const std::string turnedOn = turnedOnNames(package);
  if (!turnedOn.empty()) settings += ";reported=" + turnedOn;
  for (const SilentHead& head : silent) settings += ";without=" + head.task;
  return sha256Hex(settings).substr(0, 16);
}

// What a viewer's list says before the names of the results.
std::string wordsForList(const SaxAnalysis& analysis) {
  std::string words = analysis.longAxisView.empty() ? "" : longAxisName(analysis.longAxisView);
  if (analysis.isStill) {
    words = analysis.task == "seg_lge_sax" ? "late enhancement" : analysis.stillWords;
  }
  if (!words.empty() && words[0] >= 'a' && words[0] <= 'z')
    words[0] = static_cast<char>(words[0] - 'a' + 'A');
  return words;
}

OutputContext contextOf(const SaxAnalysis& analysis, const std::string& dateTime,
                        const std::vector<SilentHead>& silent) {
  const PackageIdentity& package = analysis.package;
  OutputContext context;
  context.dateTime = dateTime;
  context.packageSha256 = package.sha256;
  context.settingsFingerprint = settingsFingerprint(package, analysis.task, silent);
  context.deviceAndPrecision = package.device + "/" + package.precision;
  context.about = wordsForList(analysis);
  return context;
}

}  // namespace

OutputDate outputDate(const std::string& asked, const SeriesStack& source) {
  if (!asked.empty()) {
    const std::string whole = wholeDateTime(asked);
    if (whole.empty()) throw InputError("'" + asked + "' is no DICOM date and time");
    return {whole, "request"};
  }
  if (!source.latestDateTime.empty()) return {source.latestDateTime, "source"};
  return {unknownDateTime, "fixed"};
}

AnalysisOutcome refusal(OutcomeKind kind, const std::string& reason, const Findings& found,
                        const SeriesStack* source, const std::string& task) {
  AnalysisOutcome outcome;
  outcome.kind = kind;
  outcome.reason = reason;
  ResultsInput input;
  input.kind = kind;
  input.reason = reason;
  input.verdicts = found.verdicts;
  input.looks = found.looks;
  input.source = source;
  input.task = task;
  input.sorting = found.sortedBy();
  input.silentHeads = found.silentHeads();
  outcome.resultsJson = resultsDocument(input);
  return outcome;
}

AnalysisOutcome written(const SeriesStack& source, const SaxAnalysis& analysis,
                        const Findings& found, const OutputDate& date,
                        const std::vector<std::string>& outputs,
                        const SeriesStack* inversionImages) {
  const std::vector<SilentHead> silent = found.silentHeads();
  const OutputContext context = contextOf(analysis, date.dateTime, silent);
  AnalysisOutcome outcome;
  outcome.kind = OutcomeKind::analysed;
  outcome.objects = writeObjects(source, analysis, context, outputs, inversionImages);
  outcome.resultsJson = resultsDocument(
      {OutcomeKind::analysed, "", found.verdicts, found.looks, &source, &analysis, &context,
       date.origin, &outcome.objects, analysis.task, found.sortedBy(), silent});
  return outcome;
}

}  // namespace cmr
