#include "config/rule_clause.h"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "config/classified_clause.h"
#include "config/known_keys.h"
#include "config/plane_orientation.h"
#include "config/strict_json.h"
#include "config/time_window.h"
#include "config/value_condition.h"

namespace cmr {
namespace {

using Json = nlohmann::json;

constexpr int deepestClause = 4;
constexpr std::size_t mostClauses = 100;  // in one list

constexpr const char* orientationKeyword = "ImageOrientationPatient";
constexpr double largestTolerance = 54;  // degrees; no direction is farther from the nearest axis

RuleClauses readNested(const Json& list, const DocumentPlace& place, int depth);

std::string subjectList() {
  std::string text;
  for (const std::string& subject : clauseSubjects()) {
    text += (text.empty() ? "" : ", ") + inQuotes(subject);
  }
  return text;
}

// {"tag": KEYWORD, TEST}, {"count": "instances", TEST}, {"source": NAME, TEST} and
// {"scheduled": KEYWORD, TEST}.
class ValueClause : public RuleClause {
 public:
  enum class Subject { tag, count, source, scheduled };

  ValueClause(Subject subject, std::string name, ValueCondition test)
      : subject_(subject), name_(std::move(name)), test_(std::move(test)) {}

  ClauseOutcome tryOn(const SeriesFacts& facts) const override {
    const std::string value = valueIn(facts);
    const bool absent = trimmed(value).empty();
    const bool number = subject_ == Subject::count;
    return {
        title() + " " + describe(test_), holds(test_, value),
        title() + (absent ? " is absent" : " is " + (number ? value : inQuotes(trimmed(value))))};
  }

  void collectKeywords(std::set<std::string>& keywords) const override {
    if (subject_ == Subject::tag) keywords.insert(name_);
  }

  bool asksForSource() const override { return subject_ == Subject::source; }
  bool asksForSchedule() const override { return subject_ == Subject::scheduled; }

 private:
  std::string title() const {
    if (subject_ == Subject::scheduled) return "scheduled " + name_;
    return subject_ == Subject::count ? "number of " + name_ : name_;
  }
  std::string valueIn(const SeriesFacts& facts) const {
    if (subject_ == Subject::count) return std::to_string(facts.instances);
    const auto& values = subject_ == Subject::tag      ? facts.tags
                         : subject_ == Subject::source ? facts.source
                                                       : facts.scheduled;
    const auto entry = values.find(name_);
    return entry == values.end() ? std::string() : entry->second;
  }

  Subject subject_;
  std::string name_;
  ValueCondition test_;
};

// {"orientation": PLANE, "within": DEGREES}.
class OrientationClause : public RuleClause {
 public:
  OrientationClause(BodyPlane plane, double within) : plane_(plane), within_(within) {}

  ClauseOutcome tryOn(const SeriesFacts& facts) const override {
    const auto entry = facts.tags.find(orientationKeyword);
    const PlaneOrientation found =
        orientationOf(entry == facts.tags.end() ? std::string_view() : entry->second);
    std::string degrees = std::to_string(within_);
    degrees.erase(degrees.find_last_not_of('0') + 1);
    if (degrees.back() == '.') degrees.pop_back();
    return {"orientation is " + bodyPlaneNames()[static_cast<std::size_t>(plane_)] + " within " +
                degrees + " degrees",
            found.known && found.plane(within_) == plane_, "orientation is " + describe(found)};
  }

  void collectKeywords(std::set<std::string>& keywords) const override {
    keywords.insert(orientationKeyword);
  }

 private:
  BodyPlane plane_;
  double within_;
};

// {"time": WINDOW}: when the series is looked at.
class TimeClause : public RuleClause {
 public:
  explicit TimeClause(TimeWindow window) : window_(std::move(window)) {}

  ClauseOutcome tryOn(const SeriesFacts& facts) const override {
    return {"local time is " + describe(window_), facts.now && window_.holds(*facts.now),
            "local time is " + (facts.now ? describe(*facts.now) : std::string("not given"))};
  }

  void collectKeywords(std::set<std::string>&) const override {}

 private:
  TimeWindow window_;
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
    const bool open = !whole && isOpen(tried);
    std::string text;
    std::string why;
    for (const ClauseOutcome& outcome : tried) {
      text += (text.empty() ? "" : "; ") + outcome.clause;
      // What decided: the ones that held when it holds, the ones that did not otherwise.
      const bool decided = open ? outcome.open : outcome.held == whole;
      if (decided) why += (why.empty() ? "" : "; ") + outcome.why;
    }
    return {(any_ ? "any of (" : "all of (") + text + ")", whole, why, open};
  }

  void collectKeywords(std::set<std::string>& keywords) const override {
    for (const auto& clause : clauses_) clause->collectKeywords(keywords);
  }

  bool asksForSource() const override {
    return std::any_of(clauses_.begin(), clauses_.end(),
                       [](const auto& clause) { return clause->asksForSource(); });
  }
  bool asksForSchedule() const override {
    return std::any_of(clauses_.begin(), clauses_.end(),
                       [](const auto& clause) { return clause->asksForSchedule(); });
  }
  bool asksForPictures() const override {
    return std::any_of(clauses_.begin(), clauses_.end(),
                       [](const auto& clause) { return clause->asksForPictures(); });
  }

 private:
  // Of a group that does not hold: whether the open clauses could make it hold.
  bool isOpen(const std::vector<ClauseOutcome>& tried) const {
    const auto open = [](const ClauseOutcome& outcome) { return outcome.open; };
    const auto failed = [](const ClauseOutcome& outcome) { return !outcome.held && !outcome.open; };
    return std::any_of(tried.begin(), tried.end(), open) &&
           (any_ || std::none_of(tried.begin(), tried.end(), failed));
  }

  bool any_;
  RuleClauses clauses_;
};

bool isKeyword(const std::string& text) {
  const auto letterOrDigit = [](unsigned char c) { return std::isalnum(c) != 0; };
  return !text.empty() && text.size() <= 64 && std::isupper(static_cast<unsigned char>(text[0])) &&
         std::all_of(text.begin(), text.end(), letterOrDigit);
}

using ClausePtr = std::unique_ptr<const RuleClause>;

ClausePtr readValueClause(const Json& clause, const DocumentPlace& place, const char* key,
                          ValueClause::Subject subject) {
  std::vector<std::string> known = valueConditionKeys();
  known.emplace_back(key);
  refuseUnknownKeys(clause, known, place);
  const Json& value = clause.at(key);
  const std::string name = value.is_string() ? value.get<std::string>() : std::string();
  const DocumentPlace here = place.at(key);
  if (subject == ValueClause::Subject::tag && !isKeyword(name)) {
    here.refuse("must be a DICOM keyword such as \"SeriesDescription\"");
  }
  if (subject == ValueClause::Subject::count && name != "instances") {
    here.refuse("must be \"instances\"");
  }
  if (subject == ValueClause::Subject::source) {
    const auto& names = sourceNames();
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      here.refuse("must be \"RemoteAET\", \"CalledAET\", \"RemoteIP\" or \"Origin\"" +
                  hintAt(name, names));
    }
  }
  if (subject == ValueClause::Subject::scheduled) {
    const auto& names = scheduledNames();
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      here.refuse(
          "must be a keyword of the worklist such as \"ScheduledProcedureStepDescription\"" +
          hintAt(name, names));
    }
  }
  return std::make_unique<ValueClause>(subject, name, readValueCondition(clause, place));
}

ClausePtr readOrientation(const Json& clause, const DocumentPlace& place) {
  refuseUnknownKeys(clause, {"orientation", "within"}, place);
  const Json& value = clause.at("orientation");
  const auto& names = bodyPlaneNames();
  const std::string name = value.is_string() ? value.get<std::string>() : value.dump();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) {
    place.at("orientation")
        .refuse("must be \"transverse\", \"coronal\", \"sagittal\" or \"oblique\"" +
                hintAt(name, names));
  }
  double within = usualPlaneTolerance;
  if (const auto entry = clause.find("within"); entry != clause.end()) {
    if (!entry->is_number() || *entry < 0 || *entry > largestTolerance) {
      place.at("within").refuse("must be a number of degrees from 0 to 54");
    }
    within = entry->get<double>();
  }
  return std::make_unique<OrientationClause>(static_cast<BodyPlane>(found - names.begin()), within);
}

ClausePtr readTime(const Json& clause, const DocumentPlace& place) {
  refuseUnknownKeys(clause, {"time"}, place);
  return std::make_unique<TimeClause>(readTimeWindow(clause.at("time"), place.at("time")));
}

ClausePtr readGroup(const Json& clause, const char* key, const DocumentPlace& place, int depth) {
  refuseUnknownKeys(clause, {key}, place);
  const DocumentPlace here = place.at(key);
  RuleClauses nested = readNested(clause.at(key), here, depth + 1);
  if (nested.empty()) here.refuse("must not be empty");
  return std::make_unique<GroupClause>(std::string_view(key) == "anyOf", std::move(nested));
}

ClausePtr readClause(const Json& clause, const DocumentPlace& place, int depth) {
  if (!clause.is_object()) place.refuse("must be an object");
  for (const char* group : {"anyOf", "allOf"}) {
    if (clause.contains(group)) return readGroup(clause, group, place, depth);
  }
  using Subject = ValueClause::Subject;
  if (clause.contains("tag")) return readValueClause(clause, place, "tag", Subject::tag);
  if (clause.contains("count")) return readValueClause(clause, place, "count", Subject::count);
  if (clause.contains("source")) return readValueClause(clause, place, "source", Subject::source);
  if (clause.contains("scheduled")) {
    return readValueClause(clause, place, "scheduled", Subject::scheduled);
  }
  if (clause.contains("orientation")) return readOrientation(clause, place);
  if (clause.contains("time")) return readTime(clause, place);
  if (clause.contains("classified")) return readClassified(clause, place);
  for (const std::string& classifier : classifiers()) {
    if (!clause.contains(classifier)) continue;
    place.at(classifier)
        .refuse("is asked for as {\"classified\": \"" + classifier + "\", \"equals\": ...}");
  }
  std::string hint;
  for (const auto& entry : clause.items()) {
    const auto& tests = valueConditionKeys();
    if (std::find(tests.begin(), tests.end(), entry.key()) == tests.end()) {
      hint += hintAt(entry.key(), clauseSubjects());
    }
  }
  place.refuse("needs one of " + subjectList() + hint);
}

RuleClauses readNested(const Json& list, const DocumentPlace& place, int depth) {
  if (!list.is_array()) place.refuse("must be a list of clauses");
  if (depth > deepestClause) place.refuse("is nested too deeply: four levels of clauses at most");
  if (list.size() > mostClauses) place.refuse("has more than 100 clauses");
  RuleClauses clauses;
  for (std::size_t i = 0; i < list.size(); ++i) {
    clauses.push_back(readClause(list[i], place.at(i), depth));
  }
  return clauses;
}

}  // namespace

RuleClauses readClauses(const Json& list, const DocumentPlace& place) {
  return readNested(list, place, 1);
}

const std::vector<std::string>& clauseSubjects() {
  static const std::vector<std::string> subjects{
      "tag", "count", "source", "scheduled", "orientation", "time", "classified", "anyOf", "allOf"};
  return subjects;
}

const std::vector<std::string>& scheduledNames() {
  static const std::vector<std::string> names{"CodeValue",
                                              "CodingSchemeDesignator",
                                              "CodeMeaning",  // of ScheduledProtocolCodeSequence
                                              "RequestedProcedureID",
                                              "RequestedProcedureDescription",
                                              "Modality",
                                              "ScheduledStationAETitle",
                                              "ScheduledStationName",
                                              "ScheduledProcedureStepDescription",
                                              "ScheduledProcedureStepID",
                                              "ScheduledProcedureStepLocation"};
  return names;
}

const std::vector<std::string>& sourceNames() {
  static const std::vector<std::string> names{"RemoteAET", "CalledAET", "RemoteIP", "Origin"};
  return names;
}

}  // namespace cmr
