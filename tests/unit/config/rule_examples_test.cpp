// The examples of docs/routing-rules.md, executed: every block of rules is read, and the table that
// follows a block says what becomes of some series.
#include <gtest/gtest.h>

#include <fstream>
#include <optional>
#include <sstream>

#include "config/check_rules.h"
#include "config/rules.h"

namespace cmr {
namespace {

struct ExampleSeries {
  std::string facts;  // "Modality=MR; instances=12; now=Sat 21:30"
  std::string rule;   // name, or "no rule"
};
struct Example {
  std::string rules;
  std::vector<ExampleSeries> series;
};

std::optional<std::string> inBackticks(const std::string& cell) {
  const auto first = cell.find('`');
  const auto last = cell.rfind('`');
  if (first == last) return std::nullopt;
  return cell.substr(first + 1, last - first - 1);
}

// "| `facts` | `rule` |"
std::optional<ExampleSeries> seriesIn(const std::string& line) {
  const auto middle = line.find('|', 1);
  if (line.empty() || line[0] != '|' || middle == std::string::npos) return std::nullopt;
  const auto facts = inBackticks(line.substr(0, middle));
  const auto rule = inBackticks(line.substr(middle));
  if (!facts || !rule || facts->find('=') == std::string::npos) return std::nullopt;
  return ExampleSeries{*facts, *rule};
}

std::vector<Example> examplesIn(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file.is_open()) << path;
  std::vector<Example> examples;
  bool isInBlock = false;
  bool isTable = false;
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("```", 0) == 0) {
      isInBlock = !isInBlock && line == "```json";
      if (isInBlock) examples.emplace_back();
    } else if (isInBlock) {
      examples.back().rules += line + "\n";
    } else if (line.rfind("| series", 0) == 0) {
      isTable = true;
    } else if (line.empty()) {
      isTable = false;
    } else if (isTable && !examples.empty()) {
      if (const auto series = seriesIn(line)) examples.back().series.push_back(*series);
    }
  }
  return examples;
}

SeriesFacts factsOf(const std::string& text) {
  SeriesFacts facts;
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, ';');) {
    part.erase(0, part.find_first_not_of(' '));
    const auto sign = part.find('=');
    const std::string name = part.substr(0, sign);
    const std::string value = part.substr(sign + 1);
    if (name == "instances") {
      facts.instances = std::stoi(value);
    } else if (name == "now") {
      facts.now = readLocalTime(value);
      EXPECT_TRUE(facts.now) << value;
    } else if (name == "RemoteAET" || name == "CalledAET" || name == "Origin") {
      facts.source[name] = value;
    } else if (name.rfind("pictures ", 0) == 0) {  // "pictures view=sax"
      if (!facts.classified) facts.classified.emplace();
      (*facts.classified)[name.substr(9)] = {value, 0.9, 0.5, true};
    } else if (name.rfind("scheduled ", 0) == 0) {
      facts.scheduled[name.substr(10)] = value;
    } else {
      facts.tags[name] = value;
    }
  }
  return facts;
}

TEST(RuleExamples, EveryExampleOfTheDocumentationIsReadWithoutAWarning) {
  const auto examples = examplesIn(std::string(CMR_DOCS) + "/routing-rules.md");
  EXPECT_GE(examples.size(), 6U);
  for (const Example& example : examples) {
    const RuleReport report = checkRules(example.rules, "example");
    EXPECT_TRUE(report.valid()) << report.mistakes.front().message << "\n" << example.rules;
    for (const RuleNote& warning : report.warnings) ADD_FAILURE() << warning.message;
  }
}

TEST(RuleExamples, EverySeriesOfTheDocumentationGoesWhereItIsSaidToGo) {
  int tried = 0;
  for (const Example& example : examplesIn(std::string(CMR_DOCS) + "/routing-rules.md")) {
    const RuleSet rules = RuleSet::parse(example.rules);
    for (const ExampleSeries& series : example.series) {
      const std::string rule = rules.decide(factsOf(series.facts)).rule;
      EXPECT_EQ(rule.empty() ? "no rule" : rule, series.rule) << series.facts;
      ++tried;
    }
  }
  EXPECT_GE(tried, 12);
}

}  // namespace
}  // namespace cmr
