// What is kept with a job of the decision that made it, as JSON.
#pragma once

#include <string>

#include "plugin/series_look.h"

namespace cmr {

// Of the series that the rules were asked about; rulesSha256: of the rules that held.
std::string recordedDecision(const SeriesLook& series, const std::string& rulesSha256);

// What the pictures have still to decide (RoutingDecision::sorting); empty: nothing.
std::string sortingOf(const std::string& recordedDecision);

// Of the rules that the pictures have to decide between, whatever else is known of the series: part
// of the job's identity, as another clause may decide otherwise. Empty: nothing is open.
std::string openRulesSha256(const RoutingDecision& decision);

}  // namespace cmr
