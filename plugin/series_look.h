// What the service finds out about one series of the archive before it decides.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "config/rules.h"
#include "plugin/archive.h"

namespace cmr {

class JobStore;

struct SeriesLook {
  ArchivedSeries series;
  std::vector<ArchivedInstance> instances;  // sorted by SOPInstanceUID
  InstanceTags tags;                        // of the first of them
  bool own = false;                         // written by this program
  // Why it is never analysed, whatever the rules say: it is ours, or no MR image. Empty: it may be.
  std::string barred;
  SeriesFacts facts;  // what the rules were asked about
  RoutingDecision decision;
  // All instances are single frames at one place: perhaps one slice of a stack that the scanner
  // wrote as one series per slice (Siemens does).
  bool singleSlice = false;

  // Its header announces so many images, and they are here.
  bool isComplete() const;
  bool wanted() const { return barred.empty() && decision.action == RouteAction::analyze; }
  // One sentence for people: what becomes of this series and why.
  std::string verdict() const;
};

// Is told of a series before rules are asked, with everything but what the rules see and say.
using BeforeRules = std::function<void(const SeriesLook&)>;

// Empty when the series is gone or has no instance. Throws ResourceError, and what `first` throws.
std::optional<SeriesLook> lookAt(const std::string& seriesId, Archive& archive, JobStore& store,
                                 const RuleSet& rules, const LocalTime& now,
                                 const BeforeRules& first = {});

// Two single-slice series that can be slices of one stack: same study, frame of reference, matrix
// and orientation (within the reader's tolerance), and the same decision.
bool belongTogether(const SeriesLook& a, const SeriesLook& b);

// Hash over every instance's identity and content; the order of arrival does not matter. Empty when
// an instance disappeared meanwhile. before: called for each instance; what it throws ends it.
std::optional<std::string> contentFingerprint(const std::vector<ArchivedInstance>& instances,
                                              Archive& archive,
                                              const std::function<void()>& before = {});

}  // namespace cmr
