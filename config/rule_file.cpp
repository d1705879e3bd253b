#include "config/rule_file.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "config/known_keys.h"
#include "config/plain_name.h"
#include "config/strict_json.h"
#include "config/value_condition.h"

namespace cmr {
namespace {

using Json = nlohmann::json;

constexpr int schemaVersion = 1;
constexpr std::size_t mostRules = 200;
constexpr int largestPriority = 100;
constexpr const char* fallbackName = "otherwise";
constexpr const char* studyKey = "study";

bool isIn(const std::string& text, const std::vector<std::string>& list) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

std::string textOf(const Json& object, const char* key, const DocumentPlace& place) {
  const auto entry = object.find(key);
  if (entry == object.end()) place.refuse(std::string("needs \"") + key + "\"");
  const std::string text = entry->is_string() ? entry->get<std::string>() : std::string();
  if (trimmed(text).empty()) place.at(key).refuse("must be a text, not empty");
  return text;
}

// A list of different texts, each one of `known`; `what` names one of them ("task").
std::vector<std::string> readNames(const Json& list, const std::vector<std::string>& known,
                                   const std::string& what, const DocumentPlace& place) {
  if (!list.is_array() || list.empty()) place.refuse("must be a list with entries");
  std::vector<std::string> names;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string name = list[i].is_string() ? list[i].get<std::string>() : list[i].dump();
    if (!isIn(name, known)) {
      place.at(i).refuse("is unknown: there is no " + what + " " + inQuotes(name) +
                         hintAt(name, known));
    }
    if (isIn(name, names)) place.at(i).refuse("names " + inQuotes(name) + " twice");
    names.push_back(name);
  }
  return names;
}

int readPriority(const Json& value, const DocumentPlace& place) {
  if (!value.is_number_integer() || value < -largestPriority || value > largestPriority) {
    place.refuse("must be a whole number from -100 to 100");
  }
  return value.get<int>();
}

bool readWait(const Json& value, const DocumentPlace& place) {
  if (value == "series") return false;
  if (value == "study") return true;
  place.refuse("must be \"series\" or \"study\"");
}

std::vector<std::string> readOutputs(const Json& value, const DocumentPlace& place) {
  const std::vector<std::string> outputs = readNames(value, outputNames(), "output", place);
  if (const std::string report = reportWithoutSegmentation(outputs); !report.empty()) {
    place.refuse("must name \"SEG\" where it names \"" + report +
                 "\": the report refers to the segmentation");
  }
  return outputs;
}

// Unlike other lists this one may be empty: such results are sent nowhere.
std::vector<std::string> readDestinations(const Json& value,
                                          const std::optional<std::vector<std::string>>& known,
                                          const DocumentPlace& place) {
  if (!value.is_array()) place.refuse("must be a list of names");
  std::vector<std::string> names;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const std::string name = value[i].is_string() ? value[i].get<std::string>() : std::string();
    if (trimmed(name).empty()) place.at(i).refuse("must be a text, not empty");
    if (isIn(name, names)) place.at(i).refuse("names " + inQuotes(name) + " twice");
    if (known && !isIn(name, *known)) {
      place.at(i).refuse("is unknown: the configuration has no destination " + inQuotes(name) +
                         hintAt(name, *known));
    }
    names.push_back(name);
  }
  return names;
}

std::string readPackage(const Json& value, const std::optional<std::vector<std::string>>& known,
                        const DocumentPlace& place) {
  const std::string name = value.is_string() ? value.get<std::string>() : std::string();
  if (!isPlainName(name)) place.refuse("must be the name of one of the configuration's Packages");
  if (known && !isIn(name, *known)) {
    place.refuse("is unknown: the configuration has no package " + inQuotes(name) +
                 hintAt(name, *known));
  }
  return name;
}

std::vector<std::string> readTasks(const Json& value, const DocumentPlace& place) {
  if (value == "auto") return computedTasks();
  if (value.is_string()) place.refuse("must be \"auto\" or a list of tasks");
  return readNames(value, tasksOfRules(), "task", place);
}

// What has to be known before the job begins is not for a rule that is decided after it began.
void refuseOrders(const Json& object, const DocumentPlace& place) {
  for (const char* key : {"priority", "hold", "wait", "hours", "destinations", "package"}) {
    if (!object.contains(key)) continue;
    place.at(key).refuse(
        "has no meaning in a rule that asks what the pictures show: it decides once the job runs");
  }
}

void readSkip(const Json& object, const DocumentPlace& place, Rule& rule) {
  rule.skipReason = textOf(object, "skip", place);
  for (const std::string& key : actionKeys()) {
    if (key != "skip" && object.contains(key)) {
      place.at(key).refuse("has no meaning for series that are skipped");
    }
  }
}

void readAction(const Json& object, const KnownNames& known, const DocumentPlace& place,
                Rule& rule) {
  const bool skip = object.contains("skip");
  if (skip == object.contains("tasks")) place.refuse("needs either \"tasks\" or \"skip\"");
  if (skip) return readSkip(object, place, rule);
  rule.tasks = readTasks(object.at("tasks"), place.at("tasks"));
  if (object.contains("outputs")) {
    rule.outputs = readOutputs(object.at("outputs"), place.at("outputs"));
  }
  if (object.contains("destinations")) {
    rule.destinations =
        readDestinations(object.at("destinations"), known.destinations, place.at("destinations"));
  }
  if (object.contains("package")) {
    rule.package = readPackage(object.at("package"), known.packages, place.at("package"));
  }
  if (object.contains("priority")) {
    rule.priority = readPriority(object.at("priority"), place.at("priority"));
  }
  if (object.contains("hold")) rule.holdReason = textOf(object, "hold", place);
  if (object.contains("wait")) rule.waitForStudy = readWait(object.at("wait"), place.at("wait"));
  if (object.contains("hours")) rule.hours = readTimeWindow(object.at("hours"), place.at("hours"));
}

Rule readRule(const Json& object, const KnownNames& known, const DocumentPlace& place) {
  if (!object.is_object()) place.refuse("must be an object");
  refuseUnknownKeys(object, ruleKeys(), place);
  Rule rule;
  rule.name = textOf(object, "name", place);
  if (object.contains("comment")) textOf(object, "comment", place);
  if (object.contains("enabled")) {
    if (!object.at("enabled").is_boolean()) place.at("enabled").refuse("must be true or false");
    rule.enabled = object.at("enabled").get<bool>();
  }
  // Required even when empty, so that a rule for everything is one on purpose.
  if (!object.contains("when")) place.refuse("needs \"when\"; [] matches everything");
  rule.when = readClauses(object.at("when"), place.at("when"));
  if (std::any_of(rule.when.begin(), rule.when.end(),
                  [](const auto& clause) { return clause->asksForPictures(); })) {
    refuseOrders(object, place);
  }
  readAction(object, known, place, rule);
  rule.text = object.dump();
  return rule;
}

Rule readFallback(const Json& object, const KnownNames& known, const DocumentPlace& place) {
  if (!object.is_object()) place.refuse("must be an object");
  refuseUnknownKeys(object, actionKeys(), place);
  Rule rule;
  rule.name = fallbackName;
  rule.isFallback = true;
  readAction(object, known, place, rule);
  Json whole = object;
  whole["name"] = fallbackName;
  whole["when"] = Json::array();
  rule.text = whole.dump();
  return rule;
}

void checkVersion(const Json& file, const DocumentPlace& place) {
  const auto version = file.find("schema");
  if (version == file.end()) place.refuse("\"schema\" is missing; this program reads version 1");
  if (!version->is_number_integer()) {
    place.at("schema").refuse("must be the whole number 1, the version that this program reads");
  }
  if (*version != schemaVersion) {
    place.at("schema").refuse(version->dump() + " is unknown; this program reads version 1");
  }
}

// Notes a mistake after which the reading goes on.
template <typename Check>
void note(RuleFile& file, Check check) {
  try {
    check();
  } catch (const DocumentError& mistake) {
    file.mistakes.push_back(mistake);
  }
}

// Mistakes that leave the rules readable; those of another version mean something else.
void checkWhole(const Json& document, const DocumentPlace& place, RuleFile& file) {
  if (!document.is_object()) place.refuse("the file must be an object");
  for (const auto& entry : document.items()) {
    note(file, [&] { refuseUnknownKey(entry.key(), ruleFileKeys(), place); });
  }
  checkVersion(document, place);
  for (const char* key : {"$schema", "comment"}) {
    if (document.contains(key)) note(file, [&] { textOf(document, key, place); });
  }
}

const Json& ruleListOf(const Json& file, const DocumentPlace& place) {
  const auto list = file.find("rules");
  if (list == file.end() || !list->is_array()) place.refuse("\"rules\" must be a list");
  if (list->size() > mostRules) place.at("rules").refuse("has more than 200 rules");
  return *list;
}

// Reads one rule into the file; its first mistake ends that rule, not the reading.
template <typename Read>
void take(RuleFile& file, const DocumentPlace& place, Read read) {
  note(file, [&] {
    Rule rule = read();
    for (const Rule& other : file.rules) {
      if (other.name == rule.name) {
        place.refuse("has the name of an earlier rule: two rules are named " + inQuotes(rule.name));
      }
    }
    file.rules.push_back(std::move(rule));
  });
}

// Only where every rule could be read are the names known.
void requireRulesOf(const StudyPolicy& policy, const RuleFile& file, const DocumentPlace& place) {
  if (!file.mistakes.empty()) return;
  std::vector<std::string> names;
  for (const Rule& rule : file.rules) names.push_back(rule.name);
  for (std::size_t i = 0; i < policy.expects.size(); ++i) {
    const std::string& name = policy.expects[i].rule;
    if (name.empty() || isIn(name, names)) continue;
    place.at("expects").at(i).at("rule").refuse("is unknown: there is no rule " + inQuotes(name) +
                                                hintAt(name, names));
  }
}

void readStudy(const Json& value, const DocumentPlace& place, RuleFile& file) {
  note(file, [&] {
    file.study = readStudyPolicy(value, place);
    requireRulesOf(*file.study, file, place);
  });
}

void readDocument(std::string_view json, const std::string& source, const KnownNames& known,
                  RuleFile& file) {
  const DocumentPlace whole(source);
  if (json.size() > largestRulesFile) whole.refuse("larger than 1 MiB");
  const Json document = parseStrictJson(json, source);
  checkWhole(document, whole, file);
  const Json& list = ruleListOf(document, whole);
  for (std::size_t i = 0; i < list.size(); ++i) {
    const DocumentPlace place = whole.at("rules").at(i);
    take(file, place, [&] { return readRule(list[i], known, place); });
  }
  if (document.contains(fallbackName)) {
    const DocumentPlace place = whole.at(fallbackName);
    take(file, place, [&] { return readFallback(document.at(fallbackName), known, place); });
  }
  if (document.contains(studyKey)) readStudy(document.at(studyKey), whole.at(studyKey), file);
}

}  // namespace

RuleFile readRules(std::string_view json, const std::string& source, const KnownNames& known) {
  RuleFile file;
  try {
    readDocument(json, source, known, file);
  } catch (const DocumentError& mistake) {
    file.mistakes.push_back(mistake);
  } catch (const InputError& syntax) {
    file.mistakes.emplace_back(syntax.what(), "");
  }
  return file;
}

const std::vector<std::string>& ruleFileKeys() {
  static const std::vector<std::string> keys{"$schema", "schema",    "comment",
                                             "rules",   "otherwise", studyKey};
  return keys;
}

const std::vector<std::string>& ruleKeys() {
  static const std::vector<std::string> keys{"name",  "comment",      "enabled",  "when", "skip",
                                             "tasks", "outputs",      "priority", "hold", "wait",
                                             "hours", "destinations", "package"};
  return keys;
}

const std::vector<std::string>& actionKeys() {
  static const std::vector<std::string> keys{"skip", "tasks", "outputs",      "priority", "hold",
                                             "wait", "hours", "destinations", "package"};
  return keys;
}

const std::vector<std::string>& tasksOfRules() {
  static const std::vector<std::string> tasks{"sequence",     "view",         "seg_cine_sax",
                                              "seg_cine_lax", "seg_lge_sax",  "seg_map_sax",
                                              "landmarks",    "lge_presence", "disease"};
  return tasks;
}

const std::vector<std::string>& computedTasks() {
  static const std::vector<std::string> tasks{"seg_cine_sax", "seg_lge_sax", "seg_map_sax",
                                              "seg_cine_lax"};
  return tasks;
}

const std::vector<std::string>& outputNames() {
  static const std::vector<std::string> names{"SEG", "SR",   "SC",      "PDF",    "CINE",
                                              "MAP", "GSPS", "SEGCINE", "VOLUMES"};
  return names;
}

std::string reportWithoutSegmentation(const std::vector<std::string>& outputs) {
  if (isIn("SEG", outputs)) return {};
  for (const char* const report : {"SR", "VOLUMES"}) {
    if (isIn(report, outputs)) return report;
  }
  return {};
}

const std::vector<std::string>& defaultOutputs() {
  static const std::vector<std::string> names{"SEG", "SR", "SC", "PDF", "CINE", "MAP"};
  return names;
}

}  // namespace cmr
