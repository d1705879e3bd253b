#include "plugin/recorded_decision.h"

#include <nlohmann/json.hpp>

#include "analysis/sha256.h"
#include "config/explain_rules.h"
#include "plugin/job_json.h"

namespace cmr {

using Json = nlohmann::json;

std::string recordedDecision(const SeriesLook& series, const std::string& rulesSha256) {
  const RoutingDecision& decision = series.decision;
  return dumpJson({{"series", series.series.id},
                   {"rule", decision.rule},
                   {"rulesSha256", rulesSha256},
                   {"verdict", series.verdict()},
                   {"order", orderJson(decision)},
                   {"explanation", explanationJson(decision.explanation)},
                   {"sorting", decision.sorting.empty() ? Json() : Json::parse(decision.sorting)}});
}

std::string sortingOf(const std::string& recordedDecision) {
  const Json decision = Json::parse(recordedDecision, nullptr, false);
  if (!decision.is_object()) return {};
  const auto sorting = decision.find("sorting");
  return sorting == decision.end() || sorting->is_null() ? std::string() : dumpJson(*sorting);
}

std::string openRulesSha256(const RoutingDecision& decision) {
  if (decision.sorting.empty()) return {};
  return sha256Hex(Json::parse(decision.sorting).at("rules").dump());
}

}  // namespace cmr
