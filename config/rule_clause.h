// One condition of a routing rule: read from JSON, tried on a series, explained in words.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <set>
#include <string>
#include <vector>

#include "config/rules.h"

namespace cmr {

class RuleClause {
 public:
  virtual ~RuleClause() = default;
  virtual ClauseOutcome tryOn(const SeriesFacts& facts) const = 0;
  virtual void collectKeywords(std::set<std::string>& keywords) const = 0;
};

using RuleClauses = std::vector<std::unique_ptr<const RuleClause>>;

// A list of clauses; `place` ("rules[2].when") begins every message. Throws InputError.
RuleClauses readClauses(const nlohmann::json& list, const std::string& place);

// Throws InputError naming the first key of `object` that is not in `known`.
void refuseUnknownKeys(const nlohmann::json& object, const std::vector<std::string>& known,
                       const std::string& place);

}  // namespace cmr
