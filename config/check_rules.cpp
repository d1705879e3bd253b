#include "config/check_rules.h"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "config/impossible_rules.h"
#include "config/rule_file.h"
#include "config/strict_json.h"
#include "config/universal_rules.h"

namespace cmr {
namespace {

using Json = nlohmann::json;

// Enough for anybody to read. Each costs a walk through the text, and one about an unknown keyword
// a walk through the dictionary: a file of a million mistakes must not keep a thread for minutes.
constexpr std::size_t mostNotes = 50;

RuleNote furtherNotes(std::size_t count, const char* what) {
  return {"and " + std::to_string(count) + " more " + what, "", 0, 0};
}

// What the parser of JSON says: "... parse error at line 3, column 7: ...".
void takePosition(RuleNote& note) {
  const auto numberAfter = [&](const std::string& word) -> std::size_t {
    const std::size_t at = note.message.find(word);
    if (at == std::string::npos) return 0;
    std::size_t number = 0;
    for (std::size_t i = at + word.size();
         i < note.message.size() && std::isdigit(static_cast<unsigned char>(note.message[i])) != 0;
         ++i) {
      number = 10 * number + static_cast<std::size_t>(note.message[i] - '0');
    }
    return number;
  };
  note.line = numberAfter(" at line ");
  note.column = numberAfter(", column ");
}

RuleNote noteOf(const DocumentError& mistake, std::string_view json) {
  RuleNote note{mistake.what(), mistake.pointer()};
  if (note.pointer.empty()) {
    takePosition(note);
    return note;
  }
  const TextPosition position = positionOf(json, note.pointer);
  note.line = position.line;
  note.column = position.column;
  return note;
}

class Warner {
 public:
  Warner(std::string_view json, RuleReport& report) : json_(json), report_(report) {}

  bool isFull() const { return report_.warnings.size() >= mostNotes; }

  void warn(const DocumentPlace& place, const std::string& sentence) {
    if (isFull()) {
      ++left_;
      return;
    }
    report_.warnings.push_back(
        noteOf(DocumentError(place.words() + " " + sentence, place.pointer()), json_));
  }

  void lookAtClauses(const Json& clauses, const DocumentPlace& place) {
    for (std::size_t i = 0; i < clauses.size(); ++i) {
      const DocumentPlace here = place.at(i);
      for (const char* group : {"anyOf", "allOf"}) {
        if (clauses[i].contains(group)) lookAtClauses(clauses[i][group], here.at(group));
      }
      if (!clauses[i].contains("tag")) continue;
      const auto keyword = clauses[i]["tag"].get<std::string>();
      if (isDicomSequence(keyword)) {
        warn(here.at("tag"), inQuotes(keyword) +
                                 " is a sequence: rules see single values only, so it is always "
                                 "absent");
      }
      if (isDicomKeyword(keyword)) continue;
      const std::string meant = isFull() ? std::string() : nearestDicomKeyword(keyword);
      warn(here.at("tag"), inQuotes(keyword) + " is no keyword of DICOM" +
                               (meant.empty() ? "" : "; did you mean " + inQuotes(meant) + "?"));
    }
  }

  void lookAtTasks(const Json& tasks, const DocumentPlace& place) {
    if (tasks.is_string()) return;  // "auto"
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      const auto& computed = computedTasks();
      if (std::find(computed.begin(), computed.end(), tasks[i]) != computed.end()) continue;
      warn(place.at(i), inQuotes(tasks[i].get<std::string>()) +
                            " is not computed by this program; a job that asks for nothing else "
                            "fails");
    }
  }

  void finish() {
    if (left_ > 0) report_.warnings.push_back(furtherNotes(left_, "warnings"));
  }

 private:
  std::string_view json_;
  RuleReport& report_;
  std::size_t left_ = 0;
};

void warnOfTags(const Json& document, const DocumentPlace& place, Warner& warner) {
  const Json& rules = document.at("rules");
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const DocumentPlace here = place.at("rules").at(i);
    warner.lookAtClauses(rules[i].at("when"), here.at("when"));
    if (rules[i].contains("tasks")) warner.lookAtTasks(rules[i]["tasks"], here.at("tasks"));
  }
}

bool isEnabled(const Json& rule) { return rule.value("enabled", true); }

// A rule that is meant for series which it can never get.
void warnOfWhatCannotBe(const Json& document, const DocumentPlace& place, Effort& effort,
                        Warner& warner) {
  const Json& rules = document.at("rules");
  for (std::size_t i = 0; i < rules.size() && !warner.isFull(); ++i) {
    if (!isEnabled(rules[i])) continue;
    const DocumentPlace here = place.at("rules").at(i);
    const Json& when = rules[i].at("when");
    const std::vector<Impossible> impossible = impossibleIn(when, here.at("when"), effort);
    for (const Impossible& found : impossible) warner.warn(found.place, found.sentence);
    if (!impossible.empty() || !rules[i].contains("tasks")) continue;
    if (const std::string why = unanalysableIn(when, effort); !why.empty()) {
      warner.warn(here, "has nothing analysed: " + why);
    }
  }
}

// What an earlier rule takes never comes to a later one that asks the same and more.
void warnOfCovered(const Json& document, const std::vector<bool>& universal,
                   const DocumentPlace& place, Effort& effort, Warner& warner) {
  const Json& rules = document.at("rules");
  for (std::size_t i = 0; i < rules.size() && !warner.isFull(); ++i) {
    if (!isEnabled(rules[i])) continue;
    for (std::size_t j = 0; j < i; ++j) {
      const Json& earlier = rules[j].at("when");
      if (universal[j] || !isEnabled(rules[j])) continue;
      if (!covers(earlier, rules[i].at("when"), effort)) continue;
      warner.warn(place.at("rules").at(i),
                  inQuotes(rules[i].at("name").get<std::string>()) +
                      " is never reached: " + inQuotes(rules[j].at("name").get<std::string>()) +
                      " stands before it and matches every series that it would");
      break;
    }
  }
}

// Of each rule of the document, and of the fallback at the end: whether every series matches it.
std::vector<bool> universalOf(const Json& document, const std::vector<Rule>& rules,
                              Effort& effort) {
  std::vector<bool> universal;
  for (const Json& rule : document.at("rules")) {
    universal.push_back(matchEverything(rule.at("when"), effort));
  }
  universal.resize(rules.size(), true);
  return universal;
}

// A rule that analyses everything is easily one whose clauses were forgotten.
void warnOfUniversal(const Rule& rule, const DocumentPlace& place, Warner& warner) {
  if (rule.tasks.empty() || rule.isFallback) return;
  warner.warn(place, inQuotes(rule.name) +
                         " matches every series that comes to it; \"otherwise\" says so where "
                         "that is meant");
}

// `rules` are those of the document, in order; the fallback, if any, stands at the end.
void warnOfOrder(const std::vector<Rule>& rules, const std::vector<bool>& universal,
                 const DocumentPlace& place, Warner& warner) {
  bool analyses = false;
  std::string all;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const Rule& rule = rules[i];
    const DocumentPlace here = rule.isFallback ? place : place.at("rules").at(i);
    if (!all.empty()) {
      warner.warn(here, inQuotes(rule.name) + " is never reached: " + inQuotes(all) +
                            " stands before it and matches everything");
    }
    if (!rule.enabled) continue;
    analyses = analyses || (all.empty() && !rule.tasks.empty());
    if (!universal[i] || !all.empty()) continue;
    warnOfUniversal(rule, here, warner);
    all = rule.name;
  }
  if (!analyses) warner.warn(place, "no rule has anything analysed");
}

// Nothing ever comes from a rule that is switched off.
void warnOfStudy(const RuleFile& file, const DocumentPlace& place, Warner& warner) {
  if (!file.study) return;
  const DocumentPlace here = place.at("study").at("expects");
  for (std::size_t i = 0; i < file.study->expects.size(); ++i) {
    for (const Rule& rule : file.rules) {
      if (rule.enabled || rule.name != file.study->expects[i].rule) continue;
      warner.warn(here.at(i), "waits for series of the rule " + inQuotes(rule.name) +
                                  ", which is disabled: no study is ever complete");
    }
  }
}

}  // namespace

RuleReport checkRules(std::string_view json, const std::string& source, const KnownNames& known) {
  RuleReport report;
  report.source = source;
  const RuleFile file = readRules(json, source, known);
  const std::size_t told = std::min(file.mistakes.size(), mostNotes);
  for (std::size_t i = 0; i < told; ++i) {
    report.mistakes.push_back(noteOf(file.mistakes[i], json));
  }
  if (told < file.mistakes.size()) {
    report.mistakes.push_back(furtherNotes(file.mistakes.size() - told, "mistakes"));
  }
  for (const Rule& rule : file.rules) report.rules.push_back(rule.name);
  if (file.study) report.study = describe(*file.study);
  if (!report.valid()) return report;
  Warner warner(json, report);
  const DocumentPlace place(source);
  const Json document = parseStrictJson(json, source);
  warnOfTags(document, place, warner);
  Effort effort;
  warnOfWhatCannotBe(document, place, effort, warner);
  const std::vector<bool> universal = universalOf(document, file.rules, effort);
  warnOfOrder(file.rules, universal, place, warner);
  warnOfCovered(document, universal, place, effort, warner);
  warnOfStudy(file, place, warner);
  warner.finish();
  return report;
}

Json reportJson(const RuleReport& report) {
  const auto list = [](const std::vector<RuleNote>& notes) {
    Json array = Json::array();
    for (const RuleNote& note : notes) {
      array.push_back({{"message", note.message},
                       {"pointer", note.pointer},
                       {"line", note.line == 0 ? Json() : Json(note.line)},
                       {"column", note.column == 0 ? Json() : Json(note.column)}});
    }
    return array;
  };
  return {{"valid", report.valid()},
          {"source", report.source},
          {"rules", report.rules},
          {"study", report.study.empty() ? Json() : Json(report.study)},
          {"mistakes", list(report.mistakes)},
          {"warnings", list(report.warnings)}};
}

}  // namespace cmr
