// The inside of the job store, shared by the files that implement it. Members of Impl expect the
// mutex to be held by the caller.
#pragma once

#include <mutex>
#include <random>
#include <utility>

#include "plugin/exclusive_file.h"
#include "plugin/job_store.h"
#include "plugin/sqlite_connection.h"

namespace cmr {

struct AuditedChange {
  std::string kind;
  std::string action;
  std::string subject;
  std::string was;  // JSON objects; empty: nothing was there
  std::string became;
};

class JobStore::Impl {
 public:
  Impl(JobStoreSettings given, MonotonicMs givenClock);

  std::int64_t now() const { return clock(); }
  std::int64_t backOff(std::int64_t failures);  // ms
  // Fields as given; the job's lists are read too. Throws InputError when there is no such job.
  JobRecord record(std::int64_t seq, bool withResults = true);
  std::optional<std::int64_t> find(const std::string& jobId);
  std::int64_t require(const std::string& jobId);
  JobState state(std::int64_t seq);
  // The job that this lease still holds.
  std::optional<std::int64_t> held(const Lease& lease);

  // Leaves any state for a final or waiting one; the lease is over.
  void leave(std::int64_t seq, JobState state, const std::string& reason,
             const std::string& cause = {});
  // To `retry` after back-off, or `dead` when this was the last attempt.
  void failAttempt(std::int64_t seq, const std::string& reason, FailureCause cause);
  // One submission; true in the second when anything was written.
  std::pair<Submitted, bool> submit(const JobSubmission& job, const Actor& by);
  // What was submitted is known: whether it is work again.
  bool resubmitted(std::int64_t seq, const JobSubmission& job);
  // Open jobs over no other series than those of this one; false: there is none.
  bool cancelCovered(std::int64_t seq, const std::string& jobId);
  // The same for those whose sets wait to be stored, when this one has a set of its own.
  void cancelOutrun(std::int64_t seq, const std::string& jobId);
  // Whatever it has so far. mayComeBack: it is work again when it is submitted anew.
  void cancelJob(std::int64_t seq, const std::string& reason, bool mayComeBack);
  // Of the jobs that may be claimed in the present mode, the last; negative: none may.
  std::int64_t newestToTake();
  std::string mark(const char* name);  // empty when it was never set
  void setMark(const char* name, const std::string& value);
  void queueAgain(std::int64_t seq);  // with all its attempts
  void dropOutbox(std::int64_t seq);  // what it stored becomes an earlier set, see job_supersede
  // What is not sent on yet of this job's results never will be; false: there was nothing.
  bool cancelDeliveries(std::int64_t seq, const std::string& reason);
  // On record when somebody asked for it (audit_trail.h); within the transaction of the change.
  void audit(const Actor& by, const AuditedChange& change);
  void withdrawExam(const std::string& id, bool arrived, const std::string& attributes);
  // Bytes that nobody waits for any more.
  void forgetBytes(const std::string& SOPInstanceUID);

  const JobStoreSettings settings;
  const MonotonicMs clock;
  std::mutex mutex;
  ExclusiveFile lock;
  SqliteConnection connection;
  std::mt19937_64 random{std::random_device{}()};

 private:
  void configure();
  void voidOldLeases();
  bool isOfThisBoot();
  std::vector<std::string> items(std::int64_t seq, const char* kind);
};

std::int64_t unixTimeMs();
void recordDecision(SqliteConnection& connection, std::int64_t seq, const JobSubmission& job);
void recordStudyDocument(SqliteConnection& connection, std::int64_t seq, const JobSubmission& job);
void recordDestinations(SqliteConnection& connection, std::int64_t seq, const JobSubmission& job);
std::vector<std::string> destinationsOf(SqliteConnection& connection, std::int64_t seq);
std::vector<std::string> outputsOf(SqliteConnection& connection, std::int64_t seq);
std::string stateJson(JobState state);               // {"state": its name}
JobState jobStateFromName(const std::string& name);  // ResourceError: the database is damaged

}  // namespace cmr
