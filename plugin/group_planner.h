// From a series of the archive to the job over the acquisition group that holds it: the series
// alone, or all single-slice series of its study that form one stack with it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "plugin/job_store.h"
#include "plugin/series_look.h"

namespace cmr {

struct AcquisitionGroup {
  std::vector<SeriesLook> members;  // sorted by SeriesInstanceUID
  JobSubmission submission;
};

// Thread ownership: any thread. Everything may throw ResourceError.
class GroupPlanner {
 public:
  // packageSha256: tells the hash of the package that new jobs are for.
  GroupPlanner(Archive& archive, JobStore& store, RuleSet rules,
               std::function<std::string()> packageSha256);

  // Empty when the series is gone.
  std::optional<SeriesLook> look(const std::string& seriesId) const;
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
  Answer analyze(const std::string& seriesId) const;

 private:
  std::vector<SeriesLook> siblings(const SeriesLook& series) const;

  Archive& archive_;
  JobStore& store_;
  const RuleSet rules_;
  const std::function<std::string()> packageSha256_;
};

}  // namespace cmr
