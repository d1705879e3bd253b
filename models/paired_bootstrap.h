// Is one method better than another on the same patients? The difference, with an interval.
#pragma once

#include <map>
#include <string>

namespace cmr {

struct PairedDifference {
  std::size_t patients = 0;  // that both have a value for
  double mean = 0;           // of first minus second over those patients; NaN without any
  double low = 0;            // 95 % interval; NaN with fewer than two patients
  double high = 0;
};

// Paired percentile bootstrap over patients (Efron and Tibshirani, 1993, chapter 8): patients are
// drawn with replacement, each with its own difference, since a patient who is hard for one
// method is hard for the other. Values that are no number, and patients that only one method has,
// are left out. The same values give the same interval.
PairedDifference pairedBootstrap(const std::map<std::string, double>& first,
                                 const std::map<std::string, double>& second);

}  // namespace cmr
