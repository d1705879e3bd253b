#include "plugin/study_disease.h"

#include <algorithm>
#include <map>
#include <utility>

namespace cmr {
namespace {

using Json = nlohmann::json;

int slicesSeen(const Json& answer) {
  const Json& slices = answer.at("bySlice");
  return static_cast<int>(std::count_if(slices.begin(), slices.end(),
                                        [](const Json& slice) { return !slice.is_null(); }));
}

DiseaseAnswer read(const Json& results, const std::string& series) {
  const Json& answer = results.at("pathology").at("disease");
  DiseaseAnswer read;
  read.series = series;
  read.packageSha256 = results.at("package").at("sha256").get<std::string>();
  read.leastProbability = answer.at("leastProbability").get<double>();
  read.slices = slicesSeen(answer);
  for (const auto& [name, probability] : answer.at("probabilities").items()) {
    const Json& known = answer.at("classes").at(name);
    read.classes.push_back({name, known.at("evidence").get<std::string>(),
                            known.at("release").get<std::string>(), probability.get<double>()});
  }
  return read;
}

// Of several packages the one that saw most; of equals the first by its hash.
std::vector<const DiseaseAnswer*> ofOnePackage(const std::vector<DiseaseAnswer>& answers) {
  std::map<std::string, std::vector<const DiseaseAnswer*>> byPackage;
  std::map<std::string, int> slices;
  for (const DiseaseAnswer& answer : answers) {
    if (answer.slices == 0) continue;
    byPackage[answer.packageSha256].push_back(&answer);
    slices[answer.packageSha256] += answer.slices;
  }
  if (byPackage.empty()) return {};
  const auto most =
      std::max_element(slices.begin(), slices.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  return byPackage.at(most->first);
}

bool isExperimental(const DiseaseAnswer& answer) {
  return std::all_of(answer.classes.begin(), answer.classes.end(),
                     [](const DiseaseAnswer::Class& one) { return one.release == "off"; });
}

}  // namespace

std::optional<DiseaseAnswer> diseaseAnswerOf(const Json& results, const std::string& series) {
  try {
    return read(results, series);
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

std::optional<DiseaseSuggestion> suggestedDisease(const std::vector<DiseaseAnswer>& answers) {
  const std::vector<const DiseaseAnswer*> together = ofOnePackage(answers);
  if (together.empty() || isExperimental(*together.front())) return std::nullopt;
  std::vector<DiseaseAnswer::Class> classes = together.front()->classes;
  for (DiseaseAnswer::Class& one : classes) one.probability = 0;
  double slices = 0;
  DiseaseSuggestion suggestion;
  for (const DiseaseAnswer* answer : together) {
    slices += answer->slices;
    suggestion.series.push_back(answer->series);
    for (std::size_t k = 0; k < classes.size(); ++k) {
      classes[k].probability += answer->slices * answer->classes.at(k).probability;
    }
  }
  const auto taken =
      std::max_element(classes.begin(), classes.end(),
                       [](const auto& a, const auto& b) { return a.probability < b.probability; });
  if (taken->release != "report" && taken->release != "flag") return std::nullopt;
  suggestion.disease = taken->name;
  suggestion.evidence = taken->evidence;
  suggestion.probability = taken->probability / slices;
  suggestion.isCertain = suggestion.probability >= together.front()->leastProbability;
  return suggestion;
}

}  // namespace cmr
