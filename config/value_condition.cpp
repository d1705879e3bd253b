#include "config/value_condition.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "analysis/errors.h"
#include "config/letters.h"
#include "config/strict_json.h"

namespace cmr {
namespace {

using Json = nlohmann::json;

std::vector<std::string_view> singleValues(std::string_view value) {
  std::vector<std::string_view> values;
  for (std::size_t start = 0; start <= value.size();) {
    const std::size_t end = std::min(value.find('\\', start), value.size());
    const auto one = trimmed(value.substr(start, end - start));
    if (!one.empty()) values.push_back(one);
    start = end + 1;
  }
  return values;
}

std::optional<double> number(std::string_view text) {
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return {};
  return value;
}

std::string nonEmptyText(const Json& value, const DocumentPlace& place) {
  if (!value.is_string()) place.refuse("must be a text in quotes");
  std::string text(trimmed(value.get_ref<const std::string&>()));
  if (text.empty()) place.refuse("must not be empty; use \"present\" for absence");
  if (text.find('\\') != std::string::npos) {
    place.refuse("is compared with single values and cannot hold a backslash");
  }
  return text;
}

OneOf readOneOf(const Json& value, bool negated, const DocumentPlace& place) {
  if (!value.is_array() || value.empty()) place.refuse("must be a list with entries");
  OneOf test{{}, negated};
  for (std::size_t i = 0; i < value.size(); ++i) {
    test.values.push_back(nonEmptyText(value[i], place.at(i)));
  }
  return test;
}

Matches readMatches(const Json& value, bool negated, const DocumentPlace& place) {
  if (!value.is_string()) place.refuse("must be a pattern in quotes");
  try {
    return {RulePattern(value.get<std::string>()), negated};
  } catch (const InputError& error) {
    place.refuse(std::string("is refused: ") + error.what());
  }
}

std::optional<double> readBound(const Json& clause, const char* key, const DocumentPlace& place) {
  const auto entry = clause.find(key);
  if (entry == clause.end()) return std::nullopt;
  if (!entry->is_number()) place.at(key).refuse("must be a number");
  return entry->get<double>();
}

InRange readRange(const Json& clause, const DocumentPlace& place) {
  InRange test{readBound(clause, "min", place), readBound(clause, "max", place)};
  if (test.least && test.most && *test.least > *test.most) {
    place.refuse("asks for what cannot be: min is larger than max");
  }
  return test;
}

// The key of the clause's test; "min" stands for a range.
std::string testKey(const Json& clause, const DocumentPlace& place) {
  std::vector<std::string> given;
  for (const std::string& key : valueConditionKeys()) {
    if (clause.contains(key)) given.push_back(key);
  }
  if (given == std::vector<std::string>{"min", "max"}) given.pop_back();
  if (given.empty()) place.refuse("has no test, such as \"equals\" or \"min\"");
  if (given.size() > 1) {
    place.refuse("has two tests, " + given[0] + " and " + given[1] + ": write two clauses");
  }
  return given[0];
}

std::string plain(double value) {
  std::ostringstream text;
  text.imbue(std::locale::classic());
  text << value;
  return text.str();
}

std::string listed(const std::vector<std::string>& values) {
  std::string text;
  for (const std::string& value : values) text += (text.empty() ? "" : ", ") + inQuotes(value);
  return text;
}

struct Describer {
  std::string operator()(const OneOf& test) const {
    const bool single = test.values.size() == 1;
    const std::string verb = single ? (test.negated ? "does not equal " : "equals ")
                                    : (test.negated ? "is none of " : "is one of ");
    return verb + listed(test.values);
  }
  std::string operator()(const Matches& test) const {
    return (test.negated ? "does not match /" : "matches /") + test.pattern.text() + "/";
  }
  std::string operator()(const InRange& test) const {
    if (!test.most) return "is at least " + plain(*test.least);
    if (!test.least) return "is at most " + plain(*test.most);
    return "is from " + plain(*test.least) + " to " + plain(*test.most);
  }
  std::string operator()(const Presence& test) const {
    return test.wanted ? "is present" : "is absent";
  }
};

struct Judge {
  std::string_view whole;
  std::vector<std::string_view> values;

  bool operator()(const OneOf& test) const {
    const bool found = std::any_of(values.begin(), values.end(), [&](std::string_view value) {
      return std::any_of(test.values.begin(), test.values.end(),
                         [&](const std::string& wanted) { return sameLetters(value, wanted); });
    });
    return found != test.negated;
  }
  bool operator()(const Matches& test) const {
    const bool found =
        !values.empty() && (test.pattern.foundIn(whole) ||
                            std::any_of(values.begin(), values.end(), [&](std::string_view value) {
                              return test.pattern.foundIn(value);
                            }));
    return found != test.negated;
  }
  bool operator()(const InRange& test) const {
    return std::any_of(values.begin(), values.end(), [&](std::string_view text) {
      const auto value = number(text);
      return value && (!test.least || *value >= *test.least) &&
             (!test.most || *value <= *test.most);
    });
  }
  bool operator()(const Presence& test) const { return values.empty() != test.wanted; }
};

}  // namespace

const std::vector<std::string>& valueConditionKeys() {
  static const std::vector<std::string> keys{"equals",     "notEquals", "in",  "notIn",  "matches",
                                             "notMatches", "min",       "max", "present"};
  return keys;
}

ValueCondition readValueCondition(const Json& clause, const DocumentPlace& place) {
  const std::string key = testKey(clause, place);
  if (key == "min" || key == "max") return readRange(clause, place);
  const Json& value = clause.at(key);
  const DocumentPlace here = place.at(key);
  if (key == "equals" || key == "notEquals")
    return OneOf{{nonEmptyText(value, here)}, key != "equals"};
  if (key == "in" || key == "notIn") return readOneOf(value, key != "in", here);
  if (key == "matches" || key == "notMatches") return readMatches(value, key != "matches", here);
  if (!value.is_boolean()) here.refuse("must be true or false");
  return Presence{value.get<bool>()};
}

std::string describe(const ValueCondition& test) { return std::visit(Describer{}, test); }

bool holds(const ValueCondition& test, std::string_view value) {
  const std::string_view whole = trimmed(value);
  return std::visit(Judge{whole, singleValues(whole)}, test);
}

std::string_view trimmed(std::string_view value) {
  constexpr std::string_view padding(" \t\r\n\0", 5);
  const auto first = value.find_first_not_of(padding);
  if (first == std::string_view::npos) return {};
  return value.substr(first, value.find_last_not_of(padding) - first + 1);
}

}  // namespace cmr
