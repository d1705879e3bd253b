// One condition of a routing rule: read from JSON, tried on a series, explained in words.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <set>
#include <string>
#include <vector>

#include "config/document_place.h"
#include "config/rules.h"

namespace cmr {

class RuleClause {
 public:
  virtual ~RuleClause() = default;
  virtual ClauseOutcome tryOn(const SeriesFacts& facts) const = 0;
  virtual void collectKeywords(std::set<std::string>& keywords) const = 0;
  virtual bool asksForSource() const { return false; }
  virtual bool asksForSchedule() const { return false; }
  virtual bool asksForPictures() const { return false; }
};

using RuleClauses = std::vector<std::unique_ptr<const RuleClause>>;

// A list of clauses; `place` ("rules[2].when") begins every message. Throws DocumentError.
RuleClauses readClauses(const nlohmann::json& list, const DocumentPlace& place);

// What a clause can look at: the keys of which it has exactly one.
const std::vector<std::string>& clauseSubjects();
// What can be asked of where a series came from, in the words of Orthanc's metadata.
const std::vector<std::string>& sourceNames();
// What can be asked of a scheduled exam: keywords of the worklist, none of a patient.
const std::vector<std::string>& scheduledNames();

}  // namespace cmr
