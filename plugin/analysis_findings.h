// What an analysis found out, and the outcome that is made of it: objects and a results document,
// or a refusal with its reason.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/sax_analysis.h"
#include "analysis/silent_heads.h"
#include "config/rules.h"
#include "dicom_sr/source.h"
#include "plugin/analysis_request.h"
#include "plugin/first_look_check.h"

namespace cmr {

inline constexpr const char* shortAxisTask = "seg_cine_sax";

// What was found out before anything was measured.
struct Findings {
  std::vector<Verdict> verdicts;
  std::vector<LookedAtSeries> looks;
  std::optional<RoutingDecision> sorting;  // where rules asked for the pictures
  const SilentHeads* heads = nullptr;      // null: none of the package falls silent

  std::vector<SilentHead> silentHeads() const {
    return heads == nullptr ? std::vector<SilentHead>{} : heads->silentHeads();
  }
  const RoutingDecision* sortedBy() const { return sorting ? &*sorting : nullptr; }
};

// The date of what is written: the one asked for, else the latest of the source, else a fixed one.
// Throws InputError when the one asked for is no date and time.
struct OutputDate {
  std::string dateTime;  // YYYYMMDDHHMMSS
  std::string origin;    // "request", "source", "fixed"
};
OutputDate outputDate(const std::string& asked, const SeriesStack& source);

// Without objects. source: what was looked at, where there was something.
AnalysisOutcome refusal(OutcomeKind kind, const std::string& reason, const Findings& found,
                        const SeriesStack* source = nullptr,
                        const std::string& task = shortAxisTask);

// inversionImages: what the source is a map of that was made here; else nothing.
AnalysisOutcome written(const SeriesStack& source, const SaxAnalysis& analysis,
                        const Findings& found, const OutputDate& date,
                        const std::vector<std::string>& outputs,
                        const SeriesStack* inversionImages = nullptr);

}  // namespace cmr
