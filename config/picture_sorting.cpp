#include "config/picture_sorting.h"

#include <nlohmann/json.hpp>
#include <set>

#include "analysis/errors.h"

namespace cmr {
namespace {

using Json = nlohmann::json;

Json factsJson(const SeriesFacts& facts, const std::set<std::string>& keywords) {
  Json tags = Json::object();
  for (const auto& [keyword, value] : facts.tags) {
    if (keywords.count(keyword) > 0) tags[keyword] = value;
  }
  Json now;
  if (facts.now) now = {{"weekday", facts.now->weekday}, {"minute", facts.now->minute}};
  return {{"tags", std::move(tags)},
          {"instances", facts.instances},
          {"source", facts.source},
          {"scheduled", facts.scheduled},
          {"now", std::move(now)}};
}

SeriesFacts factsIn(const Json& json) {
  SeriesFacts facts;
  facts.tags = json.at("tags").get<std::map<std::string, std::string>>();
  facts.instances = json.at("instances").get<int>();
  facts.source = json.at("source").get<std::map<std::string, std::string>>();
  facts.scheduled = json.at("scheduled").get<std::map<std::string, std::string>>();
  const Json& now = json.at("now");
  if (!now.is_null()) {
    facts.now = LocalTime{now.at("weekday").get<int>(), now.at("minute").get<int>()};
  }
  return facts;
}

}  // namespace

std::string sortingDocument(const std::vector<const Rule*>& candidates, const SeriesFacts& facts) {
  Json rules{{"schema", 1}, {"rules", Json::array()}};
  std::set<std::string> keywords;
  for (const Rule* rule : candidates) {
    Json one = Json::parse(rule->text);
    if (rule->isFallback) {  // in its own place: of the others there may be as many as are allowed
      for (const char* key : {"name", "when"}) one.erase(key);
      rules["otherwise"] = std::move(one);
      continue;
    }
    rules["rules"].push_back(std::move(one));
    for (const auto& clause : rule->when) clause->collectKeywords(keywords);
  }
  const Json document = {{"rules", std::move(rules)}, {"facts", factsJson(facts, keywords)}};
  // Values of the header may be in any character set.
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

RoutingDecision decideSorting(const std::string& document,
                              const std::map<std::string, ClassifierAnswer>& classified) {
  try {
    const Json json = Json::parse(document);
    SeriesFacts facts = factsIn(json.at("facts"));
    facts.classified = classified;
    return RuleSet::parse(json.at("rules").dump(), "rules of the job").decide(facts);
  } catch (const Json::exception& broken) {
    throw InputError(std::string("the rules that came with the job cannot be read: ") +
                     broken.what());
  }
}

}  // namespace cmr
