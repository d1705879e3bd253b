// The rules document as it is read: every rule, and every mistake with its place.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/document_place.h"
#include "config/rule_clause.h"
#include "config/study_policy.h"
#include "config/time_window.h"

namespace cmr {

struct Rule {
  std::string name;
  bool enabled = true;
  RuleClauses when;
  std::vector<std::string> tasks;    // empty: skip
  std::vector<std::string> outputs;  // of outputNames(); empty: defaultOutputs()
  std::string skipReason;
  std::string holdReason;  // not empty: nothing happens until somebody asks for it
  // Names of the configuration's; absent: those that it gives by default. Empty: nowhere.
  std::optional<std::vector<std::string>> destinations;
  std::string package;  // name of the configuration's; empty: its Package
  bool waitForStudy = false;
  int priority = 0;
  std::optional<TimeWindow> hours;  // of the day in which series are submitted
  std::string text;                 // as JSON, "when" and "name" included
  bool isFallback = false;          // the document's "otherwise"
};

struct RuleFile {
  std::vector<Rule> rules;
  std::optional<StudyPolicy> study;
  // Of the whole, and the first of each rule; rules are incomplete then.
  std::vector<DocumentError> mistakes;
};

// What rules may name of the configuration; absent: it is not known here, and any name is taken.
struct KnownNames {
  std::optional<std::vector<std::string>> destinations;
  std::optional<std::vector<std::string>> packages;
};

// `source` names the document in messages. Throws nothing but std::bad_alloc.
RuleFile readRules(std::string_view json, const std::string& source, const KnownNames& known = {});

constexpr std::size_t largestRulesFile = 1 << 20;  // bytes

// The keys of the document, of a rule and of its "otherwise" (rules.schema.json lists the same).
const std::vector<std::string>& ruleFileKeys();
const std::vector<std::string>& ruleKeys();
const std::vector<std::string>& actionKeys();
// Tasks that a rule may name (one backbone, nine heads), and those that this program computes.
const std::vector<std::string>& tasksOfRules();
const std::vector<std::string>& computedTasks();  // "auto" asks for all of these
const std::vector<std::string>& outputNames();
// The first report among the outputs that refers to a segmentation which is not among them; or "".
std::string reportWithoutSegmentation(const std::vector<std::string>& outputs);
// What goes back where a rule does not say.
const std::vector<std::string>& defaultOutputs();

}  // namespace cmr
