// From a series of the archive to the job over the acquisition group that holds it: the series
// alone, or all single-slice series of its study that form one stack with it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "plugin/job_store.h"
#include "plugin/live_rules.h"
#include "plugin/local_time.h"
#include "plugin/series_look.h"

namespace cmr {

struct AcquisitionGroup {
  std::vector<SeriesLook> members;  // sorted by SeriesInstanceUID
  JobSubmission submission;
};

using PackageHash = std::function<std::string(const std::string& name)>;

// Thread ownership: any thread. Everything may throw ResourceError.
class GroupPlanner {
 public:
  // packageSha256: tells the hash of the package that new jobs are for, by the name that their rule
  // gives; empty: it gives none. clock: the local time.
  // sendResultsTo: destinations of jobs whose rule names none.
  GroupPlanner(Archive& archive, JobStore& store, LiveRules& rules, PackageHash packageSha256,
               std::function<LocalTime()> clock = localTimeNow,
               std::vector<std::string> sendResultsTo = {});

  std::optional<ArchivedStudy> study(const std::string& studyId) const;  // empty: it is gone
  std::vector<std::string> seriesOfDays(const std::string& from, const std::string& to,
                                        std::size_t limit) const;
  // Empty when the series is gone.
  std::optional<SeriesLook> look(const std::string& seriesId, const BeforeRules& first = {}) const;
  // The same under other rules, which are tried and not used.
  std::optional<SeriesLook> lookUnder(const RuleSet& rules, const std::string& seriesId) const;
  std::string rulesSha256() const { return rules_.now().sha256; }
  std::optional<StudyPolicy> studyPolicy() const { return rules_.now().rules.study(); }
  bool asksForSchedule() const { return rules_.now().rules.asksForSchedule(); }
  LocalTime localTime() const { return clock_(); }
  // The group that holds a wanted series. Empty when something of it disappeared meanwhile.
  std::optional<AcquisitionGroup> groupOf(const SeriesLook& series) const;

  struct Answer {
    enum class Kind { accepted, unknownSeries, refused } kind = Kind::accepted;
    std::string jobId;
    bool created = false;  // false: the job was known; when it had ended it was queued again
    std::string reason;    // of a refusal
    std::vector<RuleOutcome> explanation;
    std::vector<std::string> seriesIds;  // of the group
  };
  // An operator asks for a series, whether or not it was analysed before.
  Answer analyze(const std::string& seriesId, const Actor& by = {}) const;

 private:
  std::vector<SeriesLook> siblings(const SeriesLook& series, const RuleSet& rules) const;

  Archive& archive_;
  JobStore& store_;
  LiveRules& rules_;
  const PackageHash packageSha256_;
  const std::function<LocalTime()> clock_;
  const std::vector<std::string> sendResultsTo_;
};

}  // namespace cmr
