#include "config/rules.h"

#include <algorithm>
#include <fstream>
#include <set>

#include "analysis/errors.h"
#include "config/picture_sorting.h"
#include "config/rule_file.h"
#include "config/shipped_rules.h"

namespace cmr {
namespace {

RuleOutcome tryRule(const Rule& rule, const SeriesFacts& facts) {
  RuleOutcome outcome{rule.name, rule.enabled, {}, rule.enabled, rule.enabled,
                      rule.tasks.empty()};
  bool waits = false;
  for (const auto& clause : rule.when) {
    outcome.clauses.push_back(clause->tryOn(facts));
    const ClauseOutcome& tried = outcome.clauses.back();
    outcome.matched = outcome.matched && tried.held;
    outcome.open = outcome.open && (tried.held || tried.open);
    waits = waits || tried.open;
  }
  outcome.open = outcome.open && waits;
  return outcome;
}

void applyAction(const Rule& rule, RoutingDecision& decision) {
  decision.rule = rule.name;
  decision.action = rule.tasks.empty() ? RouteAction::skip : RouteAction::analyze;
  decision.tasks = rule.tasks;
  decision.outputs = rule.outputs;
  decision.destinations = rule.destinations;
  decision.package = rule.package;
  decision.priority = rule.priority;
  decision.reason = rule.skipReason;
  decision.holdReason = rule.holdReason;
  decision.waitForStudy = rule.waitForStudy;
  decision.hours = rule.hours;
}

void addMissing(const std::vector<std::string>& more, std::vector<std::string>& names) {
  for (const std::string& name : more) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
}

// The pictures decide between these; the last one may be certain, and then it gives the orders.
void leaveToPictures(const std::vector<const Rule*>& candidates, bool lastIsCertain,
                     const SeriesFacts& facts, RoutingDecision& decision) {
  if (lastIsCertain) applyAction(*candidates.back(), decision);
  const auto analyses = [](const Rule* rule) { return !rule->tasks.empty(); };
  if (std::none_of(candidates.begin(), candidates.end(), analyses)) return;
  decision.action = RouteAction::analyze;
  decision.reason.clear();
  decision.rule.clear();
  decision.tasks.clear();
  decision.outputs.clear();
  for (const Rule* rule : candidates) {
    decision.rule += (decision.rule.empty() ? "" : " or ") + rule->name;
    if (rule->tasks.empty()) continue;
    addMissing(rule->tasks, decision.tasks);
    addMissing(rule->outputs.empty() ? defaultOutputs() : rule->outputs, decision.outputs);
  }
  decision.sorting = sortingDocument(candidates, facts);
}

}  // namespace

class RuleSet::Impl {
 public:
  std::vector<Rule> rules;
  std::optional<StudyPolicy> study;
};

RuleSet::RuleSet(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

RuleSet RuleSet::parse(std::string_view json, const std::string& source) {
  RuleFile file = readRules(json, source);
  if (!file.mistakes.empty()) throw file.mistakes.front();
  auto impl = std::make_shared<Impl>();
  impl->rules = std::move(file.rules);
  impl->study = std::move(file.study);
  return RuleSet(std::move(impl));
}

std::string readRulesText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  // Reads one byte more than allowed at most: a device or a pipe must not fill the memory.
  std::string bytes(largestRulesFile + 1, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!file.is_open() || file.bad() || (file.fail() && !file.eof())) {
    throw InputError("the rules file " + path + " cannot be read");
  }
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes;
}

RuleSet RuleSet::readFile(const std::string& path) { return parse(readRulesText(path), path); }

RuleSet RuleSet::shipped() { return parse(shippedRulesText(), "shipped rules"); }

RoutingDecision RuleSet::decide(const SeriesFacts& facts) const {
  RoutingDecision decision;
  decision.reason = "no rule matches this series";
  std::vector<const Rule*> candidates;
  bool isDecided = false;
  for (const Rule& rule : impl_->rules) {
    if (!rule.enabled) continue;
    decision.explanation.push_back(tryRule(rule, facts));
    const RuleOutcome& tried = decision.explanation.back();
    if (tried.matched || tried.open) candidates.push_back(&rule);
    isDecided = tried.matched;
    if (isDecided) break;
  }
  if (candidates.size() == 1 && isDecided) {
    applyAction(*candidates.front(), decision);
  } else if (!candidates.empty()) {
    leaveToPictures(candidates, isDecided, facts, decision);
  }
  return decision;
}

std::vector<RuleOutcome> RuleSet::tryAll(const SeriesFacts& facts) const {
  std::vector<RuleOutcome> outcomes;
  for (const Rule& rule : impl_->rules) outcomes.push_back(tryRule(rule, facts));
  return outcomes;
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

const std::optional<StudyPolicy>& RuleSet::study() const { return impl_->study; }

bool RuleSet::asksForSource() const {
  const auto asks = [](const auto& clause) { return clause->asksForSource(); };
  return std::any_of(impl_->rules.begin(), impl_->rules.end(), [&](const Rule& rule) {
    return std::any_of(rule.when.begin(), rule.when.end(), asks);
  });
}

bool RuleSet::asksForSchedule() const {
  const auto asks = [](const auto& clause) { return clause->asksForSchedule(); };
  return std::any_of(impl_->rules.begin(), impl_->rules.end(), [&](const Rule& rule) {
    return std::any_of(rule.when.begin(), rule.when.end(), asks);
  });
}

std::string_view shippedRulesText() { return shippedRules; }

}  // namespace cmr
