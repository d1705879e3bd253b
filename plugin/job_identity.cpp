// Names of job states and the key that says whether two jobs are the same work.
#include <algorithm>
#include <array>
#include <utility>

#include "analysis/errors.h"
#include "analysis/sha256.h"
#include "plugin/job_store_impl.h"

namespace cmr {
namespace {

constexpr std::array<std::pair<JobState, const char*>, 8> stateNames{{
    {JobState::queued, "queued"},
    {JobState::leased, "leased"},
    {JobState::storing, "storing"},
    {JobState::done, "done"},
    {JobState::notAnalysable, "notAnalysable"},
    {JobState::retry, "retry"},
    {JobState::dead, "dead"},
    {JobState::cancelled, "cancelled"},
}};

// With its length before it, so that no two lists of fields give the same bytes.
void addField(Sha256& hash, const std::string& field) {
  hash.update(std::to_string(field.size()) + ":");
  hash.update(field);
}

void addSortedList(Sha256& hash, std::vector<std::string> fields) {
  std::sort(fields.begin(), fields.end());
  hash.update(std::to_string(fields.size()) + "[");
  for (const std::string& field : fields) addField(hash, field);
}

}  // namespace

std::string jobStateName(JobState state) {
  for (const auto& [value, name] : stateNames) {
    if (value == state) return name;
  }
  throw InputError("unknown job state");
}

JobState jobStateFromName(const std::string& name) {
  for (const auto& [value, known] : stateNames) {
    if (name == known) return value;
  }
  throw ResourceError("the job store holds an unknown state: " + name);
}

std::string jobKey(const JobSubmission& submission) {
  Sha256 hash;
  addField(hash, "cmr-job-1");
  addSortedList(hash, submission.SeriesInstanceUIDs);
  addField(hash, submission.contentFingerprint);
  addField(hash, submission.packageSha256);
  addField(hash, submission.rule);
  addSortedList(hash, submission.tasks);
  return hash.hex();
}

}  // namespace cmr
