#include "plugin/pathology_json.h"

#include <algorithm>

namespace cmr {
namespace {

using Json = nlohmann::ordered_json;

Json byName(const FirstLookAnswer& answer, const std::vector<double>& probabilities) {
  const bool isSeen = std::any_of(probabilities.begin(), probabilities.end(),
                                  [](double probability) { return probability > 0; });
  if (!isSeen) return nullptr;
  Json named = Json::object();
  for (std::size_t k = 0; k < answer.classes.size(); ++k) {
    named[answer.classes[k].name] = probabilities.at(k);
  }
  return named;
}

Json answerJson(const FirstLookAnswer& answer) {
  Json slices = Json::array();
  for (const std::vector<double>& slice : answer.bySlice) slices.push_back(byName(answer, slice));
  Json classes = Json::object();
  for (const HeadClass& one : answer.classes) {
    classes[one.name] = {{"evidence", one.evidence}, {"release", one.release}};
  }
  const HeadClass& taken = answer.taken();
  const bool isExperimental =
      std::all_of(answer.classes.begin(), answer.classes.end(),
                  [](const HeadClass& one) { return one.release == "off"; });
  return {{"takenFor", taken.name},
          {"probability", answer.probability()},
          {"isCertain", answer.isCertain()},
          {"leastProbability", answer.leastProbability},
          {"evidence", taken.evidence},
          {"release", taken.release},
          {"isExperimental", isExperimental},
          {"classes", classes},
          {"probabilities", byName(answer, answer.probabilities)},
          {"bySlice", slices}};
}

}  // namespace

Json pathologyJson(const std::vector<FirstLookAnswer>& answers) {
  Json all = Json::object();
  for (const FirstLookAnswer& answer : answers) all[answer.task] = answerJson(answer);
  return all;
}

}  // namespace cmr
