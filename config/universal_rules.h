// Clauses that hold for every series: a rule that takes all of them is hardly meant.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "config/impossible_rules.h"

namespace cmr {

// `clauses` is a "when" that readClauses() takes. True when there are none, or each is one that
// asks nothing: a number of instances that every series has, the whole week, alternatives of which
// one is the other's opposite. What only holds for every series by what its patterns say is not
// found.
bool matchEverything(const nlohmann::json& clauses, Effort& effort);

}  // namespace cmr
