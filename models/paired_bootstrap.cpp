#include "models/paired_bootstrap.h"

#include <cmath>
#include <vector>

#include "models/score_summary.h"

namespace cmr {

PairedDifference pairedBootstrap(const std::map<std::string, double>& first,
                                 const std::map<std::string, double>& second) {
  std::map<std::string, std::vector<double>> byPatient;
  std::vector<double> all;
  for (const auto& [patient, value] : first) {
    const auto other = second.find(patient);
    if (other == second.end()) continue;
    const double difference = value - other->second;
    if (!std::isfinite(difference)) continue;
    byPatient[patient] = {difference};
    all.push_back(difference);
  }
  const Interval interval = bootstrapMean(byPatient);
  return {all.size(), meanOf(all), interval.low, interval.high};
}

}  // namespace cmr
