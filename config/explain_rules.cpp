#include "config/explain_rules.h"

#include <nlohmann/json.hpp>

#include "config/rule_file.h"

namespace cmr {
namespace {

using Json = nlohmann::json;

// Of the rules that would have had it analysed; what others did not skip says nothing.
std::string failedClauses(const RoutingDecision& decision) {
  std::string text;
  for (const RuleOutcome& rule : decision.explanation) {
    if (rule.skips) continue;
    for (const ClauseOutcome& clause : rule.clauses) {
      if (clause.held || clause.open) continue;
      if (!text.empty()) text += "; ";
      text += rule.rule + ": " + clause.clause + " (" + clause.why + ")";
    }
  }
  return text;
}

std::string standingOf(const RuleOutcome& outcome, const RoutingDecision& decision,
                       bool isDecided) {
  if (!outcome.enabled) return "disabled";
  if (outcome.open) return isDecided ? "comes too late" : "decides if the pictures show it";
  if (!outcome.matched) return "does not match";
  if (!isDecided && !decision.sorting.empty()) return "decides if no rule before it does";
  if (outcome.rule == decision.rule) return "decides";
  return isDecided ? "would match, but an earlier rule decides" : "matches";
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "nowhere" : text;
}

// What it says of when, what and where, one line; nothing where it leaves all of that open. Package
// and hold stand in the verdict.
std::string wishesOf(const RoutingDecision& decision) {
  if (decision.action != RouteAction::analyze) return {};
  std::vector<std::string> wishes;
  if (decision.hours) wishes.push_back("only in the hours " + describe(*decision.hours));
  if (decision.waitForStudy) wishes.emplace_back("not before the whole study has arrived");
  if (decision.priority != 0) wishes.push_back("priority " + std::to_string(decision.priority));
  if (!decision.outputs.empty()) wishes.push_back("outputs " + listed(decision.outputs));
  if (decision.destinations) wishes.push_back("sent on to " + listed(*decision.destinations));
  std::string text;
  for (const std::string& wish : wishes) text += (text.empty() ? "it asks for: " : "; ") + wish;
  return text;
}

}  // namespace

std::string actionName(RouteAction action) {
  switch (action) {
    case RouteAction::analyze:
      return "analyze";
    case RouteAction::skip:
      return "skip";
    case RouteAction::noRule:
      break;
  }
  return "noRule";
}

std::string verdictOf(const RoutingDecision& decision, const std::string& barred) {
  std::string text;
  switch (decision.action) {
    case RouteAction::analyze:
      text = decision.sorting.empty()
                 ? "rule \"" + decision.rule + "\" has it analysed"
                 : "its pictures decide once the job runs, by the rules " + decision.rule;
      if (!decision.package.empty()) text += " with the model package \"" + decision.package + "\"";
      if (!decision.holdReason.empty())
        text += " once somebody asks for it: " + decision.holdReason;
      break;
    case RouteAction::skip:
      text = "skipped by rule \"" + decision.rule + "\"";
      if (!decision.reason.empty()) text += ": " + decision.reason;
      break;
    case RouteAction::noRule:
      text = "no rule matches it";
      if (const std::string failed = failedClauses(decision); !failed.empty()) {
        text += ": " + failed;
      }
      break;
  }
  return barred.empty() ? text : "never analysed, as " + barred + "; " + text;
}

Json orderJson(const RoutingDecision& decision) {
  if (decision.action != RouteAction::analyze) return nullptr;
  return {{"tasks", decision.tasks},
          {"outputs", Json(decision.outputs.empty() ? defaultOutputs() : decision.outputs)},
          {"destinations", decision.destinations ? Json(*decision.destinations) : Json()},
          {"package", decision.package.empty() ? Json() : Json(decision.package)},
          {"priority", decision.priority},
          {"hold", decision.holdReason},
          {"wait", decision.waitForStudy ? "study" : "series"},
          {"hours", decision.hours ? Json(describe(*decision.hours)) : Json()}};
}

Json explanationJson(const std::vector<RuleOutcome>& outcomes) {
  Json rules = Json::array();
  for (const RuleOutcome& outcome : outcomes) {
    Json clauses = Json::array();
    for (const ClauseOutcome& clause : outcome.clauses) {
      clauses.push_back({{"clause", clause.clause},
                         {"held", clause.held},
                         {"open", clause.open},
                         {"why", clause.why}});
    }
    rules.push_back({{"rule", outcome.rule},
                     {"matched", outcome.matched},
                     {"enabled", outcome.enabled},
                     {"open", outcome.open},
                     {"clauses", clauses}});
  }
  return rules;
}

std::string explanationText(const RoutingDecision& decision,
                            const std::vector<RuleOutcome>& outcomes, const std::string& barred) {
  std::string text = verdictOf(decision, barred) + "\n";
  const std::string wishes = barred.empty() ? wishesOf(decision) : std::string();
  if (!wishes.empty()) text += wishes + "\n";
  bool isDecided = false;
  for (const RuleOutcome& outcome : outcomes) {
    text += "  " + outcome.rule + ": " + standingOf(outcome, decision, isDecided) + "\n";
    isDecided = isDecided || outcome.matched;
    for (const ClauseOutcome& clause : outcome.clauses) {
      const char* const mark = clause.open ? "?  " : clause.held ? "yes" : "no ";
      text += std::string("    ") + mark + "  " + clause.clause + ": " + clause.why + "\n";
    }
  }
  return text;
}

}  // namespace cmr
