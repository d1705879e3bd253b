// The schema for editors and the parser know the same keys and words.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "config/classified_clause.h"
#include "config/plane_orientation.h"
#include "config/rule_clause.h"
#include "config/rule_file.h"
#include "config/time_window.h"
#include "config/value_condition.h"

namespace cmr {
namespace {

using ::testing::UnorderedElementsAreArray;

nlohmann::json schema() {
  std::ifstream file(std::string(CMR_CONFIG) + "/rules.schema.json");
  return nlohmann::json::parse(file);
}

std::vector<std::string> keysOf(const nlohmann::json& object) {
  std::vector<std::string> keys;
  for (const auto& entry : object.items()) keys.push_back(entry.key());
  return keys;
}

TEST(RulesSchema, KnowsTheKeysThatTheParserKnows) {
  const auto whole = schema();
  const auto& types = whole.at("definitions");
  EXPECT_THAT(keysOf(whole.at("properties")), UnorderedElementsAreArray(ruleFileKeys()));
  EXPECT_THAT(keysOf(types.at("rule").at("properties")), UnorderedElementsAreArray(ruleKeys()));
  EXPECT_THAT(keysOf(types.at("otherwise").at("properties")),
              UnorderedElementsAreArray(actionKeys()));
  EXPECT_THAT(keysOf(types.at("hours").at("properties")),
              UnorderedElementsAreArray(timeWindowKeys()));
  EXPECT_THAT(keysOf(types.at("study").at("properties")),
              UnorderedElementsAreArray(studyPolicyKeys()));
  EXPECT_THAT(keysOf(types.at("expectedSeries").at("properties")),
              UnorderedElementsAreArray(expectedSeriesKeys()));
}

TEST(RulesSchema, KnowsTheClausesThatTheParserKnows) {
  const auto types = schema().at("definitions");
  std::vector<std::string> subjects;
  for (const auto& choice : types.at("clause").at("oneOf")) {
    const std::string name = choice.at("$ref").get<std::string>().substr(14);
    subjects.push_back(types.at(name).at("required").at(0).get<std::string>());
  }
  EXPECT_THAT(subjects, UnorderedElementsAreArray(clauseSubjects()));
  for (const char* subject : {"tag", "count", "source", "scheduled"}) {
    auto expected = valueConditionKeys();
    expected.emplace_back(subject);
    EXPECT_THAT(keysOf(types.at(std::string(subject) + "Clause").at("properties")),
                UnorderedElementsAreArray(expected));
  }
}

TEST(RulesSchema, KnowsTheWordsThatTheParserKnows) {
  const auto types = schema().at("definitions");
  const auto words = [&](const nlohmann::json& list) {
    return list.at("enum").get<std::vector<std::string>>();
  };
  EXPECT_THAT(words(types["tasks"]["oneOf"][1]["items"]),
              UnorderedElementsAreArray(tasksOfRules()));
  EXPECT_THAT(words(types["outputs"]["items"]), UnorderedElementsAreArray(outputNames()));
  EXPECT_THAT(words(types["sourceClause"]["properties"]["source"]),
              UnorderedElementsAreArray(sourceNames()));
  EXPECT_THAT(words(types["scheduledClause"]["properties"]["scheduled"]),
              UnorderedElementsAreArray(scheduledNames()));
  EXPECT_THAT(words(types["orientationClause"]["properties"]["orientation"]),
              UnorderedElementsAreArray(bodyPlaneNames()));
  EXPECT_THAT(words(types["classifiedClause"]["properties"]["classified"]),
              UnorderedElementsAreArray(classifiers()));
  EXPECT_THAT(words(types["sequenceClass"]), UnorderedElementsAreArray(classesOf("sequence")));
  EXPECT_THAT(words(types["viewClass"]), UnorderedElementsAreArray(classesOf("view")));
}

}  // namespace
}  // namespace cmr
