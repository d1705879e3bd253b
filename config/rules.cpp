#include "config/rules.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "analysis/errors.h"
#include "config/rule_clause.h"
#include "config/shipped_rules.h"
#include "config/strict_json.h"
#include "config/value_condition.h"

namespace cmr {
namespace {

using Json = nlohmann::json;

constexpr int schemaVersion = 1;
constexpr std::size_t mostRules = 200;
constexpr std::size_t largestFile = 1 << 20;  // bytes
constexpr int largestPriority = 100;

// The tasks that a worker may know (one backbone, nine heads).
const std::vector<std::string> knownTasks{"sequence",     "view",         "seg_cine_sax",
                                          "seg_cine_lax", "seg_lge_sax",  "seg_map_sax",
                                          "landmarks",    "lge_presence", "disease"};

struct Rule {
  std::string name;
  bool enabled = true;
  RuleClauses when;
  std::vector<std::string> tasks;  // empty: skip
  std::string skipReason;
  int priority = 0;
};

std::string textOf(const Json& object, const char* key, const std::string& place) {
  const auto entry = object.find(key);
  if (entry == object.end()) throw InputError(place + " needs \"" + key + "\"");
  const std::string text = entry->is_string() ? entry->get<std::string>() : std::string();
  if (trimmed(text).empty()) throw InputError(place + "." + key + " must be a text, not empty");
  return text;
}

std::vector<std::string> readTasks(const Json& list, const std::string& place) {
  if (!list.is_array() || list.empty()) throw InputError(place + " must be a list with entries");
  std::vector<std::string> tasks;
  for (const Json& entry : list) {
    const std::string task = entry.is_string() ? entry.get<std::string>() : entry.dump();
    if (std::find(knownTasks.begin(), knownTasks.end(), task) == knownTasks.end()) {
      const std::string meant = nearestOf(task, knownTasks);
      throw InputError(place + ": there is no task " + inQuotes(task) +
                       (meant.empty() ? "" : "; did you mean " + inQuotes(meant) + "?"));
    }
    if (std::find(tasks.begin(), tasks.end(), task) != tasks.end()) {
      throw InputError(place + " lists " + inQuotes(task) + " twice");
    }
    tasks.push_back(task);
  }
  return tasks;
}

int readPriority(const Json& value, const std::string& place) {
  if (!value.is_number_integer() || value < -largestPriority || value > largestPriority) {
    throw InputError(place + " must be a whole number from -100 to 100");
  }
  return value.get<int>();
}

void readAction(const Json& object, const std::string& place, Rule& rule) {
  const bool skip = object.contains("skip");
  if (skip == object.contains("tasks")) {
    throw InputError(place + " needs either \"tasks\" or \"skip\"");
  }
  if (skip) {
    rule.skipReason = textOf(object, "skip", place);
    if (object.contains("priority")) throw InputError(place + ": a skipped series has no priority");
    return;
  }
  rule.tasks = readTasks(object.at("tasks"), place + ".tasks");
  if (object.contains("priority")) {
    rule.priority = readPriority(object.at("priority"), place + ".priority");
  }
}

Rule readRule(const Json& object, const std::string& place) {
  if (!object.is_object()) throw InputError(place + " must be an object");
  refuseUnknownKeys(object, {"name", "comment", "enabled", "when", "tasks", "skip", "priority"},
                    place);
  Rule rule;
  rule.name = textOf(object, "name", place);
  if (object.contains("comment")) textOf(object, "comment", place);
  if (object.contains("enabled")) {
    if (!object.at("enabled").is_boolean()) {
      throw InputError(place + ".enabled must be true or false");
    }
    rule.enabled = object.at("enabled").get<bool>();
  }
  // Required even when empty, so that a rule for everything is one on purpose.
  if (!object.contains("when")) throw InputError(place + " needs \"when\"; [] matches everything");
  rule.when = readClauses(object.at("when"), place + ".when");
  readAction(object, place, rule);
  return rule;
}

void checkSchema(const Json& file, const std::string& source) {
  if (!file.is_object()) throw InputError(source + ": the file must be an object");
  refuseUnknownKeys(file, {"schema", "comment", "rules"}, source + ": the file");
  const auto version = file.find("schema");
  if (version == file.end() || !version->is_number_integer()) {
    throw InputError(source + ": \"schema\" is missing; this program reads version 1");
  }
  if (*version != schemaVersion) {
    throw InputError(source + ": schema " + version->dump() +
                     " is unknown; this program reads version 1");
  }
}

}  // namespace

class RuleSet::Impl {
 public:
  std::vector<Rule> rules;
};

RuleSet::RuleSet(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

RuleSet RuleSet::parse(std::string_view json, const std::string& source) {
  if (json.size() > largestFile) throw InputError(source + ": larger than 1 MiB");
  const Json file = parseStrictJson(json, source);
  checkSchema(file, source);
  const auto list = file.find("rules");
  if (list == file.end() || !list->is_array()) {
    throw InputError(source + ": \"rules\" must be a list");
  }
  if (list->size() > mostRules) throw InputError(source + ": more than 200 rules");
  auto impl = std::make_shared<Impl>();
  for (std::size_t i = 0; i < list->size(); ++i) {
    Rule rule = readRule((*list)[i], source + ": rules[" + std::to_string(i) + "]");
    for (const Rule& other : impl->rules) {
      if (other.name == rule.name) {
        throw InputError(source + ": two rules are named " + inQuotes(rule.name));
      }
    }
    impl->rules.push_back(std::move(rule));
  }
  return RuleSet(std::move(impl));
}

RuleSet RuleSet::readFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  // Reads one byte more than allowed at most: a device or a pipe must not fill the memory.
  std::string bytes(largestFile + 1, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!file.is_open() || file.bad() || (file.fail() && !file.eof())) {
    throw InputError("the rules file " + path + " cannot be read");
  }
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return parse(bytes, path);
}

RuleSet RuleSet::shipped() { return parse(shippedRulesText(), "shipped rules"); }

RoutingDecision RuleSet::decide(const SeriesFacts& facts) const {
  RoutingDecision decision;
  for (const Rule& rule : impl_->rules) {
    if (!rule.enabled) continue;
    RuleOutcome outcome{rule.name, true, {}};
    for (const auto& clause : rule.when) {
      outcome.clauses.push_back(clause->tryOn(facts));
      outcome.matched = outcome.matched && outcome.clauses.back().held;
    }
    decision.explanation.push_back(outcome);
    if (!outcome.matched) continue;
    decision.rule = rule.name;
    decision.action = rule.tasks.empty() ? RouteAction::skip : RouteAction::analyze;
    decision.tasks = rule.tasks;
    decision.priority = rule.priority;
    decision.reason = rule.skipReason;
    return decision;
  }
  decision.reason = "no rule matches this series";
  return decision;
}

std::vector<std::string> RuleSet::keywords() const {
  std::set<std::string> keywords;
  for (const Rule& rule : impl_->rules) {
    for (const auto& clause : rule.when) clause->collectKeywords(keywords);
  }
  return {keywords.begin(), keywords.end()};
}

std::vector<std::string> RuleSet::ruleNames() const {
  std::vector<std::string> names;
  for (const Rule& rule : impl_->rules) names.push_back(rule.name);
  return names;
}

std::string_view shippedRulesText() { return shippedRules; }

}  // namespace cmr
