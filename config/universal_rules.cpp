#include "config/universal_rules.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "config/time_window.h"
#include "config/value_condition.h"

namespace cmr {
namespace {

using Json = nlohmann::json;

const DocumentPlace nowhere("");  // these clauses were read before: nothing is refused

// Groups of one stand for what they hold.
const Json& unwrapped(const Json& clause) {
  for (const char* group : {"allOf", "anyOf"}) {
    if (clause.contains(group) && clause.at(group).size() == 1) {
      return unwrapped(clause.at(group).front());
    }
  }
  return clause;
}

// What a clause on a single value asks: "tag" or another kind, and the name of the value.
std::string kindOf(const Json& clause) {
  for (const char* kind : {"tag", "count", "source", "scheduled"}) {
    if (clause.contains(kind)) return kind;
  }
  return {};
}

// Every series has an instance.
bool holdsForAnyCount(const ValueCondition& test) {
  if (const auto* presence = std::get_if<Presence>(&test)) return presence->wanted;
  const auto* range = std::get_if<InRange>(&test);
  return range != nullptr && !range->most && (!range->least || *range->least <= 1);
}

bool areAllCounts(const ValueCondition& one, const ValueCondition& other) {
  const auto* low = std::get_if<InRange>(&one);
  const auto* high = std::get_if<InRange>(&other);
  if (low == nullptr || high == nullptr) return false;
  if (low->least && *low->least > 1) std::swap(low, high);
  return (!low->least || *low->least <= 1) && low->most && high->least && !high->most &&
         *high->least <= *low->most + 1;
}

struct Opposite {
  const ValueCondition& other;

  bool operator()(const OneOf& test) const {
    const auto* list = std::get_if<OneOf>(&other);
    return list != nullptr && list->negated != test.negated && list->values == test.values;
  }
  bool operator()(const Matches& test) const {
    const auto* pattern = std::get_if<Matches>(&other);
    return pattern != nullptr && pattern->negated != test.negated &&
           pattern->pattern.text() == test.pattern.text();
  }
  bool operator()(const InRange&) const { return false; }  // an absent value is in none
  bool operator()(const Presence& test) const {
    const auto* presence = std::get_if<Presence>(&other);
    return presence != nullptr && presence->wanted != test.wanted;
  }
};

// Whether each series meets one or the other.
bool areOpposites(const Json& one, const Json& other) {
  const std::string kind = kindOf(one);
  if (kind.empty() || kind != kindOf(other) || one.at(kind) != other.at(kind)) return false;
  const ValueCondition test = readValueCondition(one, nowhere);
  const ValueCondition counter = readValueCondition(other, nowhere);
  return std::visit(Opposite{counter}, test) || (kind == "count" && areAllCounts(test, counter));
}

bool holdsAlways(const Json& given, Effort& effort);

bool leaveNothingOut(const Json& alternatives, Effort& effort) {
  if (!effort.spend(alternatives.size() * alternatives.size())) return false;
  for (const Json& one : alternatives) {
    if (holdsAlways(one, effort)) return true;
    for (const Json& other : alternatives) {
      if (areOpposites(unwrapped(one), unwrapped(other))) return true;
    }
  }
  return false;
}

bool holdsAlways(const Json& given, Effort& effort) {
  const Json& clause = unwrapped(given);
  if (clause.contains("allOf")) return matchEverything(clause.at("allOf"), effort);
  if (clause.contains("anyOf")) return leaveNothingOut(clause.at("anyOf"), effort);
  if (clause.contains("time")) {
    const TimeWindow window = readTimeWindow(clause.at("time"), nowhere);
    return window.from == window.to && (window.days.empty() || window.days.size() == 7);
  }
  return clause.contains("count") && holdsForAnyCount(readValueCondition(clause, nowhere));
}

}  // namespace

bool matchEverything(const Json& clauses, Effort& effort) {
  return effort.spend(1 + clauses.size()) &&
         std::all_of(clauses.begin(), clauses.end(),
                     [&](const Json& clause) { return holdsAlways(clause, effort); });
}

}  // namespace cmr
