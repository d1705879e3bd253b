// What the disease head says of a study: of all views of the heart that it saw, together.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace cmr {

// Of one series, from its results.
struct DiseaseAnswer {
  struct Class {
    std::string name;
    std::string evidence;  // what the head learned it from
    std::string release;   // "report", "flag" or "off"
    double probability = 0;
  };
  std::string series;         // for people
  std::string packageSha256;  // answers of two packages are never brought together
  std::vector<Class> classes;
  double leastProbability = 0;  // below it an answer is uncertain
  int slices = 0;               // that were seen, each over all its phases
};

// Nothing where the results hold no such answer, or one that an older program wrote.
std::optional<DiseaseAnswer> diseaseAnswerOf(const nlohmann::json& results,
                                             const std::string& series);

struct DiseaseSuggestion {
  std::string disease;
  double probability = 0;
  bool isCertain = false;
  std::string evidence;
  std::vector<std::string> series;
};

// One head over all frames of these series: the mean of its probabilities over their slices, as
// within a series (analysis/crop_reading.h). Of several packages, the one that saw most slices.
// Nothing where no series was seen, or the package does not release what the heart is taken for.
std::optional<DiseaseSuggestion> suggestedDisease(const std::vector<DiseaseAnswer>& answers);

}  // namespace cmr
