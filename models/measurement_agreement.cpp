#include "models/measurement_agreement.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "models/score_format.h"

namespace cmr {
namespace {

Agreement summaryOf(const std::vector<const ComparedNumber*>& numbers) {
  Agreement a;
  a.id = numbers.front()->id;
  a.label = numbers.front()->label;
  a.unit = numbers.front()->unit;
  std::vector<double> differences;
  for (const ComparedNumber* n : numbers) {
    if (!n->measured) {
      ++a.withheld;
      continue;
    }
    const bool isFirst = differences.empty();
    a.lowestTruth = isFirst ? n->truth : std::min(a.lowestTruth, n->truth);
    a.highestTruth = isFirst ? n->truth : std::max(a.highestTruth, n->truth);
    differences.push_back(*n->measured - n->truth);
  }
  a.count = differences.size();
  if (differences.empty()) return a;
  for (const double d : differences) a.bias += d / static_cast<double>(a.count);
  double square = 0;
  for (const double d : differences) square += (d - a.bias) * (d - a.bias);
  if (a.count < 2) return a;  // one difference has no spread
  a.standardDeviation = std::sqrt(square / static_cast<double>(a.count - 1));
  a.lowerLimit = a.bias - 1.96 * a.standardDeviation;
  a.upperLimit = a.bias + 1.96 * a.standardDeviation;
  return a;
}

}  // namespace

std::vector<Agreement> agreementOf(const std::vector<ComparedNumber>& numbers) {
  std::vector<std::vector<const ComparedNumber*>> byId;
  for (const ComparedNumber& n : numbers) {
    const auto at = std::find_if(byId.begin(), byId.end(),
                                 [&](const auto& group) { return group.front()->id == n.id; });
    if (at == byId.end()) {
      byId.push_back({&n});
    } else {
      at->push_back(&n);
    }
  }
  std::vector<Agreement> all;
  for (const auto& group : byId) all.push_back(summaryOf(group));
  return all;
}

std::string agreementTable(const std::vector<Agreement>& agreements) {
  std::string text =
      "| measurement | unit | hearts | withheld | truth | bias | limits of agreement |\n"
      "|---|---|---:|---:|---:|---:|---:|\n";
  for (const Agreement& a : agreements) {
    if (a.count == 0) {
      text += textLine("| %s | %s | 0 | %zu | | | |", a.label.c_str(), a.unit.c_str(), a.withheld);
      continue;
    }
    if (a.count == 1) {
      text += textLine("| %s | %s | 1 | %zu | %.0f to %.0f | %+.1f | |", a.label.c_str(),
                       a.unit.c_str(), a.withheld, a.lowestTruth, a.highestTruth, a.bias);
      continue;
    }
    text += textLine("| %s | %s | %zu | %zu | %.0f to %.0f | %+.1f | %+.1f to %+.1f |",
                     a.label.c_str(), a.unit.c_str(), a.count, a.withheld, a.lowestTruth,
                     a.highestTruth, a.bias, a.lowerLimit, a.upperLimit);
  }
  return text;
}

nlohmann::json agreementJson(const std::vector<Agreement>& agreements) {
  nlohmann::json list = nlohmann::json::array();
  for (const Agreement& a : agreements) {
    const bool isMeasured = a.count > 0;
    const bool hasSpread = a.count > 1;
    list.push_back(
        {{"id", a.id},
         {"label", a.label},
         {"unit", a.unit},
         {"n", a.count},
         {"withheld", a.withheld},
         {"truth", isMeasured ? nlohmann::json{a.lowestTruth, a.highestTruth} : nlohmann::json()},
         {"bias", isMeasured ? nlohmann::json(a.bias) : nlohmann::json()},
         {"sd", hasSpread ? nlohmann::json(a.standardDeviation) : nlohmann::json()},
         {"limits", hasSpread ? nlohmann::json{a.lowerLimit, a.upperLimit} : nlohmann::json()}});
  }
  return list;
}

}  // namespace cmr
