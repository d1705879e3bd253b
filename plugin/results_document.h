// results.json: everything that a program may want to know of one analysis. Its schema has a
// version; fields are added without raising it, and never change their meaning.
#pragma once

#include <string>
#include <vector>

#include "analysis/sax_analysis.h"
#include "analysis/silent_heads.h"
#include "config/rules.h"
#include "dicom_sr/source.h"
#include "plugin/analysis_request.h"
#include "plugin/first_look_check.h"

namespace cmr {

inline constexpr int resultsSchemaVersion = 1;

struct ResultsInput {
  OutcomeKind kind = OutcomeKind::notAnalysable;
  std::string reason;
  std::vector<Verdict> verdicts;
  std::vector<LookedAtSeries> looks;  // at every stack that was read
  // The rest only when there was something to analyse.
  const SeriesStack* source = nullptr;
  const SaxAnalysis* analysis = nullptr;
  const OutputContext* context = nullptr;
  std::string dateTimeOrigin;  // "request", "source" or "fixed"
  const std::vector<ProducedObject>* objects = nullptr;
  std::string task = "seg_cine_sax";         // that was meant when there is no analysis
  const RoutingDecision* sorting = nullptr;  // by the pictures, where rules asked for them
  std::vector<SilentHead> silentHeads = {};
};

// UTF-8, two spaces of indentation, a line feed at the end. The same input gives the same bytes.
std::string resultsDocument(const ResultsInput& input);

}  // namespace cmr
