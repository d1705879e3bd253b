// What a clause asks of one value: the closed list of tests that a rules file may use.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/document_place.h"
#include "config/rule_pattern.h"

namespace cmr {

struct OneOf {  // "equals", "in"; negated: "notEquals", "notIn"
  std::vector<std::string> values;
  bool negated = false;
};
struct Matches {  // "matches"; negated: "notMatches"
  RulePattern pattern;
  bool negated = false;
};
struct InRange {  // "min", "max", both included
  std::optional<double> least;
  std::optional<double> most;
};
struct Presence {  // "present"
  bool wanted = true;
};
using ValueCondition = std::variant<OneOf, Matches, InRange, Presence>;

// The names of all tests, as keys of a clause.
const std::vector<std::string>& valueConditionKeys();
// The one test of this clause. Throws DocumentError (beginning with `place`) when there is none or
// more than one, or a wrong type.
ValueCondition readValueCondition(const nlohmann::json& clause, const DocumentPlace& place);
// "equals \"MR\"", "is at least 2"
std::string describe(const ValueCondition& test);
// A value as DICOM writes it. Texts are compared without regard to case and outer spaces. With
// several values (parted by a backslash) a test holds when it holds for one of them, a pattern also
// when it is found in the whole; the negated tests hold exactly when the others do not, so for
// absent values too.
bool holds(const ValueCondition& test, std::string_view value);

// Without spaces (and the zero byte that pads UIDs) at both ends.
std::string_view trimmed(std::string_view value);

}  // namespace cmr
