#include "config/classified_clause.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>

#include "config/known_keys.h"
#include "config/strict_json.h"
#include "config/value_condition.h"

namespace cmr {
namespace {

using Json = nlohmann::json;

constexpr const char* subject = "classified";
constexpr const char* confidenceKey = "minConfidence";

std::string rounded(double value) {
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "%.2f", value);
  return text.data();
}

bool isIn(const std::string& text, const std::vector<std::string>& list) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

class ClassifiedClause : public RuleClause {
 public:
  ClassifiedClause(std::string task, ValueCondition test, std::optional<double> least)
      : task_(std::move(task)), test_(std::move(test)), least_(least) {}

  ClauseOutcome tryOn(const SeriesFacts& facts) const override {
    std::string clause = "the pictures' " + task_ + " " + describe(test_);
    if (least_) clause += " with a probability of at least " + rounded(*least_);
    if (!facts.classified) return {clause, false, "looked at once the job runs", true};
    const auto found = facts.classified->find(task_);
    if (found == facts.classified->end()) {
      return {clause, holds(test_, ""), "the model package has no classifier of the " + task_};
    }
    const ClassifierAnswer& answer = found->second;
    const bool sure = answer.probability >= least_.value_or(answer.leastProbability);
    const bool counts = answer.released && sure;
    std::string why =
        "they look like " + inQuotes(answer.value) + ", probability " + rounded(answer.probability);
    if (!answer.released) why += ", which the model package does not release";
    if (!sure) why += ", too little to count";
    return {clause, holds(test_, counts ? answer.value : std::string()), why};
  }

  void collectKeywords(std::set<std::string>&) const override {}
  bool asksForPictures() const override { return true; }

 private:
  std::string task_;
  ValueCondition test_;
  std::optional<double> least_;
};

void requireClasses(const Json& value, const std::string& task, const DocumentPlace& place) {
  const auto& known = classesOf(task);
  const std::string name = value.is_string() ? value.get<std::string>() : value.dump();
  if (!isIn(name, known)) {
    place.refuse("is unknown: the classifier of the " + task + " has no class " + inQuotes(name) +
                 hintAt(name, known));
  }
}

void checkClasses(const Json& clause, const std::string& task, const DocumentPlace& place) {
  for (const char* key : {"equals", "notEquals"}) {
    if (clause.contains(key)) requireClasses(clause.at(key), task, place.at(key));
  }
  for (const char* key : {"in", "notIn"}) {
    if (!clause.contains(key) || !clause.at(key).is_array()) continue;
    const Json& list = clause.at(key);
    for (std::size_t i = 0; i < list.size(); ++i) {
      requireClasses(list[i], task, place.at(key).at(i));
    }
  }
}

}  // namespace

std::unique_ptr<const RuleClause> readClassified(const Json& clause, const DocumentPlace& place) {
  refuseUnknownKeys(clause, {subject, "equals", "notEquals", "in", "notIn", confidenceKey}, place);
  const Json& value = clause.at(subject);
  const std::string task = value.is_string() ? value.get<std::string>() : value.dump();
  if (!isIn(task, classifiers())) {
    place.at(subject).refuse("must be \"sequence\" or \"view\"" + hintAt(task, classifiers()));
  }
  std::optional<double> least;
  if (const auto entry = clause.find(confidenceKey); entry != clause.end()) {
    if (!entry->is_number() || *entry < 0 || *entry > 1) {
      place.at(confidenceKey).refuse("must be a probability from 0 to 1");
    }
    least = entry->get<double>();
  }
  ValueCondition test = readValueCondition(clause, place);
  checkClasses(clause, task, place);
  return std::make_unique<ClassifiedClause>(task, std::move(test), least);
}

const std::vector<std::string>& classifiers() {
  static const std::vector<std::string> names{"sequence", "view"};
  return names;
}

const std::vector<std::string>& classesOf(const std::string& classifier) {
  static const std::vector<std::string> none;
  static const std::vector<std::string> sequences{"cine", "lge", "t1_map", "t2_map", "other"};
  static const std::vector<std::string> views{"sax", "2ch", "3ch", "4ch", "aorta", "other"};
  if (classifier == "sequence") return sequences;
  return classifier == "view" ? views : none;
}

}  // namespace cmr
