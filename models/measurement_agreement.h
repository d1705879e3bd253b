// How measured numbers agree with true ones: bias and limits of agreement (Bland and Altman, Lancet
// 1986;1:307).
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace cmr {

// One number of one heart.
struct ComparedNumber {
  std::string id;     // of the measurement, "lv.edv"
  std::string label;  // for people
  std::string unit;
  double truth = 0;
  std::optional<double> measured;  // nothing: withheld
};

struct Agreement {
  std::string id;
  std::string label;
  std::string unit;
  std::size_t count = 0;     // measured
  std::size_t withheld = 0;  // not measured
  double lowestTruth = 0;    // of those measured
  double highestTruth = 0;
  double bias = 0;               // mean of measured minus true
  double standardDeviation = 0;  // of the differences, over n - 1; none for a single one
  double lowerLimit = 0;         // bias -/+ 1.96 SD; likewise
  double upperLimit = 0;
};

// One for each id, in the order of their first appearance.
std::vector<Agreement> agreementOf(const std::vector<ComparedNumber>& numbers);

// A Markdown table.
std::string agreementTable(const std::vector<Agreement>& agreements);
nlohmann::json agreementJson(const std::vector<Agreement>& agreements);

}  // namespace cmr
