// Routing rules: which series are analysed, by which tasks. A typed, declarative JSON file; nothing
// in it is evaluated as code. The first rule whose clauses all hold decides; a series that no rule
// matches is left alone. docs/routing-rules.md describes the file for people.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/study_policy.h"
#include "config/time_window.h"

namespace cmr {

// What a classifier of the model package says of a series' pictures.
struct ClassifierAnswer {
  std::string value;            // the most probable class
  double probability = 0;       // of that class
  double leastProbability = 0;  // below it the package itself is not sure
  bool released = false;        // whether the package releases that class
};

// What rules see of a series.
struct SeriesFacts {
  // DICOM keyword -> value of a representative instance as DICOM writes it, several values parted
  // by a backslash. A missing entry and a blank value both mean "absent": real headers leave
  // SeriesDescription empty.
  std::map<std::string, std::string> tags;
  int instances = 0;  // of the series
  // Where the representative instance came from, in the words of the archive: RemoteAET, CalledAET,
  // RemoteIP, Origin. Missing where the archive was not told.
  std::map<std::string, std::string> source = {};
  // What was scheduled, when the study is tied to entries of the worklist: scheduledNames(), values
  // of several steps or codes parted by backslashes.
  std::map<std::string, std::string> scheduled = {};
  std::optional<LocalTime> now = {};  // when the series is looked at
  // By task ("sequence", "view"). Absent: nobody has looked at the pictures, which is so until the
  // worker has them; clauses that ask for them are open then.
  std::optional<std::map<std::string, ClassifierAnswer>> classified = {};
};

// One clause of a rule and what became of it, in words.
struct ClauseOutcome {
  std::string clause;  // "Modality equals \"MR\""
  bool held = false;
  std::string why;    // "Modality is \"CT\"" (control characters removed, long values cut)
  bool open = false;  // neither held nor failed: the pictures have to be looked at
};

struct RuleOutcome {
  std::string rule;
  bool matched = false;
  std::vector<ClauseOutcome> clauses;  // all of them, so that every mismatch shows at once
  bool enabled = true;                 // a disabled rule never matches
  bool open = false;                   // it matches if its open clauses do
  bool skips = false;                  // what it matches is left alone
};

enum class RouteAction {
  analyze,  // by `tasks`
  skip,     // a rule says so; `reason` says why
  noRule    // no rule matched
};

struct RoutingDecision {
  RouteAction action = RouteAction::noRule;
  std::string rule;  // name; empty for noRule
  std::vector<std::string> tasks;
  std::vector<std::string> outputs;  // what goes back; empty: defaultOutputs()
  // Where results are sent on to; absent: where the configuration says. Empty: nowhere.
  std::optional<std::vector<std::string>> destinations;
  std::string package;  // name of the configuration's; empty: its Package
  int priority = 0;     // larger first, [-100, 100]
  std::string reason;
  // Not empty: a person looks first; nothing happens until somebody asks for the series.
  std::string holdReason;
  bool waitForStudy = false;             // until the whole study has arrived
  std::optional<TimeWindow> hours;       // only then is the series handed on
  std::vector<RuleOutcome> explanation;  // every rule that was looked at, in order
  // Not empty: the pictures decide between several rules once the job runs (picture_sorting.h).
  // `rule` names all of them, tasks and outputs are those of any; the rest is that of the last one,
  // which asks for no pictures.
  std::string sorting;
};

// Immutable once read; may be used from any thread.
class RuleSet {
 public:
  // Throws DocumentError that names the place ("rules[2].when[0].matches") and the mistake.
  // `source` names the file in messages.
  static RuleSet parse(std::string_view json, const std::string& source = "rules");
  static RuleSet readFile(const std::string& path);  // InputError also when it cannot be read
  static RuleSet shipped();                          // config/default-rules.json

  RoutingDecision decide(const SeriesFacts& facts) const;
  // Every rule, disabled ones and those behind the one that decides included.
  std::vector<RuleOutcome> tryAll(const SeriesFacts& facts) const;
  // The DICOM keywords that the rules read, sorted: what SeriesFacts::tags should hold.
  std::vector<std::string> keywords() const;
  std::vector<std::string> ruleNames() const;
  // What makes a study complete; empty: whatever has come.
  const std::optional<StudyPolicy>& study() const;
  bool asksForSource() const;    // whether SeriesFacts::source matters
  bool asksForSchedule() const;  // whether SeriesFacts::scheduled does

 private:
  class Impl;
  explicit RuleSet(std::shared_ptr<const Impl> impl);
  std::shared_ptr<const Impl> impl_;
};

// The file's text, at most a byte more than is allowed. InputError when it cannot be read.
std::string readRulesText(const std::string& path);

// Text of the rules that ship, to start an own file from.
std::string_view shippedRulesText();

}  // namespace cmr
