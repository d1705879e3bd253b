// A routing decision in words and as JSON: which rule, clause by clause why, and why not the
// others.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "config/rules.h"

namespace cmr {

std::string actionName(RouteAction action);  // "analyze", "skip", "noRule"

// One sentence: what becomes of the series. `barred`: see barOf.
std::string verdictOf(const RoutingDecision& decision, const std::string& barred);

// What the rule that decided asks for besides its tasks: {"tasks", "outputs", "package" (null:
// the one of the configuration), "priority", "hold", "wait", "hours", "destinations" (null: where
// the configuration says)}; null for a series that is
// not analysed.
nlohmann::json orderJson(const RoutingDecision& decision);

// [{"rule", "matched", "enabled", "open", "clauses": [{"clause", "held", "open", "why"}]}]; open:
// the pictures have to be looked at.
nlohmann::json explanationJson(const std::vector<RuleOutcome>& outcomes);

// The verdict, what the rule asks for besides, then every rule with a mark for each clause;
// `outcomes` are those of tryAll.
std::string explanationText(const RoutingDecision& decision,
                            const std::vector<RuleOutcome>& outcomes, const std::string& barred);

}  // namespace cmr
