#include "config/rule_clause.h"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "analysis/errors.h"
#include "config/strict_json.h"
#include "config/value_condition.h"

namespace cmr {
namespace {

using Json = nlohmann::json;

constexpr int deepestClause = 4;
constexpr std::size_t mostClauses = 100;  // in one list

RuleClauses readNested(const Json& list, const std::string& place, int depth);

// {"tag": KEYWORD, TEST} and {"count": "instances", TEST}.
class ValueClause : public RuleClause {
 public:
  ValueClause(std::string subject, bool isTag, ValueCondition test)
      : subject_(std::move(subject)), isTag_(isTag), test_(std::move(test)) {}

  ClauseOutcome tryOn(const SeriesFacts& facts) const override {
    const std::string value = isTag_ ? tagValue(facts) : std::to_string(facts.instances);
    const bool absent = trimmed(value).empty();
    return {
        name() + " " + describe(test_), holds(test_, value),
        name() + (absent ? " is absent" : " is " + (isTag_ ? inQuotes(trimmed(value)) : value))};
  }

  void collectKeywords(std::set<std::string>& keywords) const override {
    if (isTag_) keywords.insert(subject_);
  }

 private:
  std::string name() const { return isTag_ ? subject_ : "number of " + subject_; }
  std::string tagValue(const SeriesFacts& facts) const {
    const auto entry = facts.tags.find(subject_);
    return entry == facts.tags.end() ? std::string() : entry->second;
  }

  std::string subject_;
  bool isTag_;
  ValueCondition test_;
};

// {"anyOf": [...]} and {"allOf": [...]}.
class GroupClause : public RuleClause {
 public:
  GroupClause(bool any, RuleClauses clauses) : any_(any), clauses_(std::move(clauses)) {}

  ClauseOutcome tryOn(const SeriesFacts& facts) const override {
    std::vector<ClauseOutcome> tried;
    for (const auto& clause : clauses_) tried.push_back(clause->tryOn(facts));
    const auto held = [](const ClauseOutcome& outcome) { return outcome.held; };
    const bool whole = any_ ? std::any_of(tried.begin(), tried.end(), held)
                            : std::all_of(tried.begin(), tried.end(), held);
    std::string text;
    std::string why;
    for (const ClauseOutcome& outcome : tried) {
      text += (text.empty() ? "" : "; ") + outcome.clause;
      // What decided: the ones that held when it holds, the ones that did not otherwise.
      if (outcome.held == whole) why += (why.empty() ? "" : "; ") + outcome.why;
    }
    return {(any_ ? "any of (" : "all of (") + text + ")", whole, why};
  }

  void collectKeywords(std::set<std::string>& keywords) const override {
    for (const auto& clause : clauses_) clause->collectKeywords(keywords);
  }

 private:
  bool any_;
  RuleClauses clauses_;
};

bool isKeyword(const std::string& text) {
  const auto letterOrDigit = [](unsigned char c) { return std::isalnum(c) != 0; };
  return !text.empty() && text.size() <= 64 && std::isupper(static_cast<unsigned char>(text[0])) &&
         std::all_of(text.begin(), text.end(), letterOrDigit);
}

std::unique_ptr<const RuleClause> readValueClause(const Json& clause, const std::string& place) {
  const bool isTag = clause.contains("tag");
  const char* subjectKey = isTag ? "tag" : "count";
  std::vector<std::string> known = valueConditionKeys();
  known.emplace_back(subjectKey);
  refuseUnknownKeys(clause, known, place);
  const Json& subject = clause.at(subjectKey);
  const std::string name = subject.is_string() ? subject.get<std::string>() : std::string();
  if (isTag && !isKeyword(name)) {
    throw InputError(place + ".tag must be a DICOM keyword such as \"SeriesDescription\"");
  }
  if (!isTag && name != "instances") throw InputError(place + ".count must be \"instances\"");
  return std::make_unique<ValueClause>(name, isTag, readValueCondition(clause, place));
}

std::unique_ptr<const RuleClause> readClause(const Json& clause, const std::string& place,
                                             int depth) {
  if (!clause.is_object()) throw InputError(place + " must be an object");
  const bool any = clause.contains("anyOf");
  if (!any && !clause.contains("allOf")) {
    if (clause.contains("tag") || clause.contains("count")) return readValueClause(clause, place);
    throw InputError(place + " needs one of \"tag\", \"count\", \"anyOf\", \"allOf\"");
  }
  const char* key = any ? "anyOf" : "allOf";
  refuseUnknownKeys(clause, {key}, place);
  const std::string here = place + "." + key;
  RuleClauses nested = readNested(clause.at(key), here, depth + 1);
  if (nested.empty()) throw InputError(here + " must not be empty");
  return std::make_unique<GroupClause>(any, std::move(nested));
}

RuleClauses readNested(const Json& list, const std::string& place, int depth) {
  if (!list.is_array()) throw InputError(place + " must be a list of clauses");
  if (depth > deepestClause) throw InputError(place + ": clauses are nested too deeply");
  if (list.size() > mostClauses) throw InputError(place + " has more than 100 clauses");
  RuleClauses clauses;
  for (std::size_t i = 0; i < list.size(); ++i) {
    clauses.push_back(readClause(list[i], place + "[" + std::to_string(i) + "]", depth));
  }
  return clauses;
}

}  // namespace

RuleClauses readClauses(const Json& list, const std::string& place) {
  return readNested(list, place, 1);
}

void refuseUnknownKeys(const Json& object, const std::vector<std::string>& known,
                       const std::string& place) {
  for (const auto& entry : object.items()) {
    if (std::find(known.begin(), known.end(), entry.key()) != known.end()) continue;
    const std::string meant = nearestOf(entry.key(), known);
    throw InputError(place + " has the unknown key " + inQuotes(entry.key()) +
                     (meant.empty() ? "" : "; did you mean " + inQuotes(meant) + "?"));
  }
}

}  // namespace cmr
