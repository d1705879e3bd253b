// 1,706 published series descriptions through the rules that ship, against the views that their
// publishers gave to some of them. The table stands in docs/routing-rules.md.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>

#include "config/rules.h"

namespace cmr {
namespace {

// Names of distinct series and of all series that carry them.
struct Count {
  int names = 0;
  long series = 0;
};

SeriesFacts cineNamed(const std::string& description) {
  std::ifstream file(std::string(CMR_TEST_DATA) + "/headers/ge-cine-sax-301.json");
  const auto json = nlohmann::json::parse(file);
  SeriesFacts facts{json.at("tags").get<std::map<std::string, std::string>>(),
                    json.at("instances").get<int>()};
  facts.tags["SeriesDescription"] = description;
  return facts;
}

// view ("" when none was given) -> rule -> how many
using Table = std::map<std::string, std::map<std::string, Count>>;

Table tableOf(std::ifstream& file) {
  const RuleSet rules = RuleSet::shipped();
  SeriesFacts facts = cineNamed("");
  Table table;
  std::string line;
  std::getline(file, line);  // the heading
  while (std::getline(file, line)) {
    while (!line.empty() && line.back() == '\r') line.pop_back();
    const auto last = line.rfind(',');
    const auto middle = line.rfind(',', last - 1);
    std::string name = line.substr(0, middle);
    if (name.size() > 1 && name.front() == '"') name = name.substr(1, name.size() - 2);
    facts.tags["SeriesDescription"] = name;
    Count& count = table[line.substr(last + 1)][rules.decide(facts).rule];
    ++count.names;
    count.series += std::stol(line.substr(middle + 1, last - middle - 1));
  }
  return table;
}

std::string rowOf(const std::string& view, const std::map<std::string, Count>& byRule) {
  Count taken;
  Count skipped;
  for (const auto& [rule, count] : byRule) {
    Count& sum = rule == "short-axis cine" ? taken : skipped;
    sum.names += count.names;
    sum.series += count.series;
  }
  const auto cell = [](const Count& count) {
    return std::to_string(count.names) + " (" + std::to_string(count.series) + ")";
  };
  return "| " + (view.empty() ? "not given" : view) + " | " + cell(taken) + " | " + cell(skipped) +
         " |";
}

TEST(RealNames, GoWhereTheDocumentationSays) {
  const std::string path =
      std::string(CMR_SHARED_DATA) + "/series-descriptions/series_descriptions_master.csv";
  std::ifstream file(path);
  if (!file.is_open()) GTEST_SKIP() << "no " << path;
  std::ifstream page(std::string(CMR_DOCS) + "/routing-rules.md");
  const std::string documentation((std::istreambuf_iterator<char>(page)), {});
  int names = 0;
  std::string rows;
  for (const auto& [view, byRule] : tableOf(file)) {
    const std::string row = rowOf(view, byRule);
    rows += row + "\n";
    EXPECT_NE(documentation.find(row + "\n"), std::string::npos) << row;
    for (const auto& [rule, count] : byRule) names += count.names;
  }
  EXPECT_EQ(names, 1706) << rows;
}

// Not one long-axis view, and hardly a short axis lost.
TEST(RealNames, OfKnownViewsOnlyShortAxesAreTaken) {
  const std::string path =
      std::string(CMR_SHARED_DATA) + "/series-descriptions/series_descriptions_master.csv";
  std::ifstream file(path);
  if (!file.is_open()) GTEST_SKIP() << "no " << path;
  for (auto& [view, byRule] : tableOf(file)) {
    if (view.empty()) continue;
    for (const auto& [rule, count] : byRule) {
      if (view == "SAX") continue;
      EXPECT_NE(rule, "short-axis cine") << count.names << " names of " << view;
    }
  }
}

}  // namespace
}  // namespace cmr
