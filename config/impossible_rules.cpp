#include "config/impossible_rules.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <tuple>
#include <utility>

#include "config/analysable.h"
#include "config/check_rules.h"
#include "config/classified_clause.h"
#include "config/plane_orientation.h"
#include "config/strict_json.h"
#include "config/time_window.h"
#include "config/value_condition.h"

namespace cmr {
namespace {

using Json = nlohmann::json;
using Tests = std::vector<ValueCondition>;

// What a clause looks at: {"tag", "Modality"}. An answer of a classifier counts from a probability
// on, so that clauses with another one look at something else.
struct Subject {
  std::string kind;
  std::string name;
  std::string confidence = {};

  bool operator<(const Subject& other) const {
    return std::tie(kind, name, confidence) < std::tie(other.kind, other.name, other.confidence);
  }
};

struct Plane {
  std::string name;
  double withinDegrees = 0;
};

// What all clauses of a list ask together.
struct Asked {
  std::map<Subject, Tests> values;
  std::vector<Plane> planes;
  std::vector<TimeWindow> windows;
  std::size_t clauses = 0;
};

const DocumentPlace anywhere("");  // these clauses were read before: nothing is refused

void add(const Json& clauses, Asked& asked) {
  for (const Json& clause : clauses) {
    ++asked.clauses;
    if (clause.contains("allOf")) add(clause.at("allOf"), asked);
    if (clause.contains("time")) {
      asked.windows.push_back(readTimeWindow(clause.at("time"), anywhere));
    }
    if (clause.contains("orientation")) {
      asked.planes.push_back({clause.at("orientation").get<std::string>(),
                              clause.value("within", usualPlaneTolerance)});
    }
    for (const char* kind : {"tag", "count", "source", "scheduled", "classified"}) {
      if (!clause.contains(kind)) continue;
      const std::string confidence =
          clause.contains("minConfidence") ? clause.at("minConfidence").dump() : std::string();
      asked.values[{kind, clause.at(kind).get<std::string>(), confidence}].push_back(
          readValueCondition(clause, anywhere));
    }
  }
}

bool hasOneValue(const Subject& subject) {
  return subject.kind == "tag" ? isSingleValued(subject.name) : subject.kind != "scheduled";
}

const OneOf* namesValues(const ValueCondition& test) {
  const auto* list = std::get_if<OneOf>(&test);
  return list == nullptr || list->negated ? nullptr : list;
}

bool isNegated(const ValueCondition& test) {
  if (const auto* list = std::get_if<OneOf>(&test)) return list->negated;
  const auto* pattern = std::get_if<Matches>(&test);
  return pattern != nullptr && pattern->negated;
}

std::size_t sizeOf(const ValueCondition& test) {
  const auto* list = std::get_if<OneOf>(&test);
  return list == nullptr ? 1 : list->values.size();
}

// Whether an attribute with this value, and no other, meets them all.
bool holdAll(const Tests& tests, std::string_view value, Effort& effort) {
  return std::all_of(tests.begin(), tests.end(), [&](const ValueCondition& test) {
    return !effort.spend(sizeOf(test)) || holds(test, value);
  });
}

// An attribute with several values may hold every value that is named, but none that is barred.
bool holdBars(const Tests& tests, std::string_view value, Effort& effort) {
  return std::all_of(tests.begin(), tests.end(), [&](const ValueCondition& test) {
    return !isNegated(test) || !effort.spend(sizeOf(test)) || holds(test, value);
  });
}

bool rangesExclude(const Tests& tests) {
  std::optional<double> least;
  std::optional<double> most;
  for (const ValueCondition& test : tests) {
    const auto* range = std::get_if<InRange>(&test);
    if (range == nullptr) continue;
    if (range->least) least = std::max(least.value_or(*range->least), *range->least);
    if (range->most) most = std::min(most.value_or(*range->most), *range->most);
  }
  return least && most && *least > *most;
}

bool patternsExclude(const Tests& tests, Effort& effort) {
  if (!effort.spend(tests.size() * tests.size())) return false;
  for (const ValueCondition& test : tests) {
    const auto* wanted = std::get_if<Matches>(&test);
    if (wanted == nullptr || wanted->negated) continue;
    for (const ValueCondition& other : tests) {
      const auto* barred = std::get_if<Matches>(&other);
      if (barred == nullptr || !barred->negated) continue;
      if (barred->pattern.text() == wanted->pattern.text()) return true;
    }
  }
  return false;
}

bool exclude(const Tests& tests, bool oneValue, Effort& effort) {
  const auto asksAbsence = [](const ValueCondition& test) {
    const auto* presence = std::get_if<Presence>(&test);
    return presence != nullptr && !presence->wanted;
  };
  if (std::any_of(tests.begin(), tests.end(), asksAbsence)) return !holdAll(tests, "", effort);
  for (const ValueCondition& test : tests) {
    const OneOf* named = namesValues(test);
    if (named == nullptr) continue;
    if (std::none_of(named->values.begin(), named->values.end(), [&](const std::string& value) {
          return oneValue ? holdAll(tests, value, effort) : holdBars(tests, value, effort);
        })) {
      return true;
    }
  }
  return patternsExclude(tests, effort) || (oneValue && rangesExclude(tests));
}

bool noClass(const std::string& classifier, const Tests& tests, Effort& effort) {
  const auto& classes = classesOf(classifier);
  // Pictures that look like nothing for sure have no class.
  return !holdAll(tests, "", effort) &&
         std::none_of(classes.begin(), classes.end(),
                      [&](const std::string& name) { return holdAll(tests, name, effort); });
}

bool cannotBe(const Subject& subject, const Tests& tests, Effort& effort) {
  if (subject.kind == "classified") return noClass(subject.name, tests, effort);
  if (subject.kind != "count") return exclude(tests, hasOneValue(subject), effort);
  Tests all = tests;
  all.push_back(InRange{1, {}});  // every series has an instance
  return exclude(all, true, effort);
}

std::string titleOf(const Subject& subject) {
  if (subject.kind == "count") return "number of " + subject.name;
  if (subject.kind == "classified") return "the pictures' " + subject.name;
  return (subject.kind == "scheduled" ? "scheduled " : "") + subject.name;
}

std::string listed(const Subject& subject, const Tests& tests) {
  std::string text;
  for (const ValueCondition& test : tests) {
    text += (text.empty() ? "" : " and ") + titleOf(subject) + " " + describe(test);
  }
  return text;
}

// Whether no plane can be both: near an axis of the body is not near another, nor oblique.
bool exclude(const Plane& one, const Plane& other) {
  if (one.name == other.name) return false;
  if (one.name == "oblique") return other.withinDegrees <= one.withinDegrees;
  if (other.name == "oblique") return one.withinDegrees <= other.withinDegrees;
  return true;
}

std::string whyNoPlane(const std::vector<Plane>& planes, Effort& effort) {
  if (!effort.spend(planes.size() * planes.size())) return {};
  for (const Plane& one : planes) {
    for (const Plane& other : planes) {
      if (!exclude(one, other)) continue;
      return "can never hold: no plane is " + one.name + " and " + other.name + " at once";
    }
  }
  return {};
}

// Where several windows are open together, one of them begins, so that their beginnings suffice.
bool windowsExclude(const std::vector<TimeWindow>& windows, Effort& effort) {
  if (windows.empty() || !effort.spend(7 * windows.size() * windows.size())) return false;
  for (const TimeWindow& begins : windows) {
    for (int weekday = 0; weekday < 7; ++weekday) {
      const LocalTime time{weekday, begins.from};
      if (std::all_of(windows.begin(), windows.end(),
                      [&](const TimeWindow& window) { return window.holds(time); })) {
        return false;
      }
    }
  }
  return true;
}

std::string whyImpossible(const Asked& asked, Effort& effort) {
  for (const auto& [subject, tests] : asked.values) {
    if (!cannotBe(subject, tests, effort)) continue;
    return "can never hold: no series meets " + listed(subject, tests);
  }
  if (std::string why = whyNoPlane(asked.planes, effort); !why.empty()) return why;
  return windowsExclude(asked.windows, effort) ? "can never hold: its times are never at once" : "";
}

// The clauses of one alternative of a group.
Json clausesOf(const Json& alternative) {
  return alternative.contains("allOf") ? alternative.at("allOf") : Json::array({alternative});
}

class Search {
 public:
  Search(const Asked& outside, Effort& effort) : outside_(outside), effort_(effort) {}

  // Notes alternatives that cannot hold beside what stands outside their group.
  void lookAtGroups(const Json& clauses, const DocumentPlace& place) {
    for (std::size_t i = 0; i < clauses.size(); ++i) {
      const DocumentPlace here = place.at(i);
      if (clauses[i].contains("allOf")) lookAtGroups(clauses[i].at("allOf"), here.at("allOf"));
      if (clauses[i].contains("anyOf")) lookAtAlternatives(clauses[i].at("anyOf"), here);
    }
  }
  std::vector<Impossible> found;

 private:
  void lookAtAlternatives(const Json& alternatives, const DocumentPlace& place) {
    std::size_t impossible = 0;
    for (std::size_t i = 0; i < alternatives.size(); ++i) {
      if (!effort_.spend(1 + outside_.clauses)) return;
      Asked together = outside_;
      add(clausesOf(alternatives[i]), together);
      const std::string why = whyImpossible(together, effort_);
      if (why.empty()) continue;
      found.push_back({place.at("anyOf").at(i), why});
      ++impossible;
    }
    if (impossible == alternatives.size()) {
      found.push_back({place, "can never hold, nor can its rule: none of its alternatives can"});
    }
  }

  const Asked& outside_;
  Effort& effort_;
};

}  // namespace

std::vector<Impossible> impossibleIn(const Json& clauses, const DocumentPlace& place,
                                     Effort& effort) {
  Asked asked;
  add(clauses, asked);
  if (const std::string why = whyImpossible(asked, effort); !why.empty()) return {{place, why}};
  Search search(asked, effort);
  search.lookAtGroups(clauses, place);
  return std::move(search.found);
}

std::string unanalysableIn(const Json& clauses, Effort& effort) {
  Asked asked;
  add(clauses, asked);
  const auto leaves = [&](const char* keyword, const std::vector<std::string>& values) {
    const auto tests = asked.values.find({"tag", keyword});
    return tests == asked.values.end() ||
           std::any_of(values.begin(), values.end(), [&](const std::string& value) {
             return holdAll(tests->second, value, effort);
           });
  };
  if (!leaves("Modality", {analysableModality})) return "its clauses leave no Modality \"MR\"";
  if (!leaves("SOPClassUID", analysableClasses())) {
    return "its clauses leave no SOPClassUID of MR images";
  }
  return {};
}

bool covers(const Json& earlier, const Json& later, Effort& effort) {
  return std::all_of(earlier.begin(), earlier.end(), [&](const Json& clause) {
    return effort.spend(later.size()) &&
           std::find(later.begin(), later.end(), clause) != later.end();
  });
}

}  // namespace cmr
