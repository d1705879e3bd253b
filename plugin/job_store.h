// The job queue and the outbox in one SQLite database (WAL): the only place where job states
// change. Everything that the service must not forget is here: jobs, what waits to be stored, what
// we stored, and how far Orthanc's change log was read.
//
//   queued -> leased -> storing -> done
//               |  \-> notAnalysable
//               \-> retry -> queued ... -> dead        cancelled from any state that is not final
//
// Invariants (each enforced by one statement or one transaction):
// - one row per job key; the same key is never analysed twice unless an operator asks;
// - every write of a worker's result carries the lease's token: after the lease expired, or was
//   cancelled, it changes nothing and says so;
// - the produced objects are in the outbox in the same transaction that leaves `leased`, so a
//   crash afterwards resends them and never computes anew;
// - a job is `done` only when every object of its set was stored;
// - one SOPInstanceUID never stands for two different files: a result that would do so is refused,
//   and its job is dead with that reason.
//
// The database is a private file (0600) that one process holds alone (a lock file beside it).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dicom_sr/produced_object.h"
#include "plugin/actor.h"
#include "plugin/failure_cause.h"

namespace cmr {

enum class JobState { queued, leased, storing, done, notAnalysable, retry, dead, cancelled };
inline constexpr JobState allJobStates[] = {
    JobState::queued,        JobState::leased, JobState::storing, JobState::done,
    JobState::notAnalysable, JobState::retry,  JobState::dead,    JobState::cancelled};
std::string jobStateName(JobState state);

// What a job is over: the images of an acquisition group, or the results of a study's series.
enum class JobScope { series, study };
const char* jobScopeName(JobScope scope);

// An acquisition group to be analysed, or a study to be reported on (study_reporter.h).
struct JobSubmission {
  std::string key;  // see jobKey()
  std::string StudyInstanceUID;
  std::string orthancStudyId;
  std::vector<std::string> orthancSeriesIds;    // sorted
  std::vector<std::string> SeriesInstanceUIDs;  // sorted
  std::string contentFingerprint;
  std::string packageSha256;
  std::string rule;
  std::vector<std::string> tasks;
  int priority = 0;                       // larger first; rules give [-100, 100]
  std::vector<std::string> outputs = {};  // what is stored; empty: defaultOutputs()
  std::string decisionJson = {};          // why it is a job; kept with it, JobStore::decision
  // Names of destinations that a complete set is sent on to (delivery_queue.h), in this order.
  std::vector<std::string> destinations = {};
  JobScope scope = JobScope::series;
  // Of a study: what its report is made of. Kept with the job, JobStore::studyDocument; empty in
  // records.
  std::string studyDocument = {};
};

// Before and behind everything that rules ask for.
inline constexpr int urgentPriority = 1000;
inline constexpr int backfillPriority = -1000;

// Hash over (sorted series UIDs, content fingerprint, package, rule: its name and its tasks).
std::string jobKey(const JobSubmission& submission);

struct JobRecord {
  std::string id;
  JobSubmission submission;
  JobState state = JobState::queued;
  int attempts = 0;
  double progress = 0;  // [0, 1]
  std::string stage;
  std::string reason;    // of the last failure, verdict or cancellation
  std::string cause;     // failureCauseName of the last failure; empty: none
  std::string dateTime;  // DICOM DT for the outputs; fixed by the first claim of this key
  std::string resultsJson;
  // Also where they were not asked for. Those of a set that is being stored are not shown: nobody
  // knows whether all of it will be in the archive.
  bool hasResults = false;
  std::int64_t createdMs = 0;  // Unix time, for people; no decision rests on it
  std::int64_t updatedMs = 0;
  std::int64_t sinceMs = 0;               // in this state since
  std::string supersededBy;               // job over the same series' later images; empty: none
  std::optional<std::int64_t> retryAtMs;  // Unix time, for people; of `retry` and deferred storing
};

struct Lease {
  JobRecord job;
  std::string token;
};

struct OutboxObject {
  std::string jobId;
  int position = 0;  // order of storing: SEG and SC first, SR last
  ProducedObject object;
  bool stored = false;
};

// Leases and back-off use this clock; a test passes its own. It must not jump (steady, counted from
// the boot), and leases of an earlier process are void at open. Back-off outlives a process; after
// another boot it counts as firstBackOff from the open on. Storing is tried again at once.
using MonotonicMs = std::function<std::int64_t()>;

struct JobStoreSettings {
  std::string path;  // of the database; its folder is made when missing
  int maxAttempts = 4;
  std::chrono::milliseconds lease{60000};
  std::chrono::milliseconds firstBackOff{5000};
  // The n-th failure waits firstBackOff * 2^(n-1), at most largestBackOff, times a random part in
  // [0.5, 1] so that jobs that failed together do not come back together.
  std::chrono::milliseconds largestBackOff{900000};
  std::int64_t mostSkipped = 10000;  // rows about series that were left alone
  std::int64_t largestPages = 0;     // of 4096 bytes, of the database file; 0: no limit
  std::string bootId = {};           // which boot the clock counts from; empty: the kernel's word
  std::string vfs;                   // SQLite's file system layer; empty: its default
};

// Thread ownership: any thread; one mutex inside. Throws ResourceError naming what SQLite said; a
// call that throws has changed nothing that this process sees (when the disk broke in the very last
// step of a commit, the next process may find it done).
class JobStore {
 public:
  // Opens or makes the database, migrates an older schema, refuses a newer one; jobs that another
  // process had leased go back to the queue, or are dead when that was their last attempt.
  explicit JobStore(JobStoreSettings settings, MonotonicMs clock = {});
  ~JobStore();
  JobStore(const JobStore&) = delete;
  JobStore& operator=(const JobStore&) = delete;

  struct Submitted {
    std::string jobId;
    // False: this key was known already, nothing changed. True: a new job, or one that was
    // cancelled because its source had disappeared and is now back, or one whose results others
    // superseded that are outdated now: an image was deleted, a package or rules were taken back.
    bool created = false;
  };
  // An empty key becomes jobKey(submission). Throws InputError without series. What is submitted is
  // what there is to be known now: it cancels those over no other series that have not got to their
  // results, unless it is known already and ended without a set; one over a study cancels those
  // over the same study. A job that is work again gets the priority of this submission.
  Submitted submit(const JobSubmission& submission, const Actor& by = {});
  // The same for many, in their order and in one transaction: one sync of the disk, all or none.
  std::vector<Submitted> submitAll(const std::vector<JobSubmission>& submissions,
                                   const Actor& by = {});

  // The next job that is due, under a new token: the highest priority, then the oldest. A study's
  // jobs are taken one at a time, however many claim, and in their order: none while another of the
  // study is leased, or an earlier one over its images waits for its next attempt. None at all
  // while paused; while draining only those that were there
  // when it began. dateTime is kept by the first claim of a job, and shared by jobs over the same
  // content and package (another rule): their objects have the same UIDs, and one UID never stands
  // for two files.
  // waitingPackages: hashes of those whose jobs are left where they are.
  std::optional<Lease> claim(const std::string& dateTime,
                             const std::vector<std::string>& waitingPackages = {});
  // Whether a job waits for one of these packages.
  bool isAwaited(const std::vector<std::string>& packages);
  // The job that claim() would take if the one that is leased ended well now; nothing changes.
  std::optional<JobRecord> nextAfter(const Lease& running);
  // Each returns false when the token is no longer the job's: stop the work, its result is void.
  bool heartbeat(const Lease& lease, double progress, const std::string& stage);
  // conflict: an object's UID is known with other bytes, or twice in the set; the job is dead then
  // and nothing of the set waits to be stored. Without objects the job is done. Other jobs over the
  // same series, or some of them, whose sets still wait to be stored are cancelled: stored after
  // this one they would take its place.
  enum class Finished { lost, accepted, conflict };  // lost: as false of the others
  Finished finishAnalysed(const Lease& lease, const std::vector<ProducedObject>& objects,
                          const std::string& resultsJson);
  bool finishNotAnalysable(const Lease& lease, const std::string& reason,
                           const std::string& resultsJson);
  // retry, or dead at the last
  bool finishFailed(const Lease& lease, const std::string& reason,
                    FailureCause cause = FailureCause::other);
  // For a reason that lies in its source. mayComeBack: submitted again with what it was about it is
  // work anew, as after cancelForResource().
  bool finishCancelled(const Lease& lease, const std::string& reason, bool mayComeBack);
  bool release(const Lease& lease);  // back to the queue, the attempt not counted
  int expireLeases();                // of this process; returns how many went to retry

  // The outbox: objects that are not stored yet, of jobs in `storing` that are due, oldest first.
  // No further job is taken once those before it have `manyBytes`.
  static constexpr std::uint64_t manyBytes = 64 << 20;
  std::vector<OutboxObject> pendingObjects(std::size_t maxJobs, std::uint64_t bytes = manyBytes);
  // The last one makes the job done. Without effect when the job was cancelled meanwhile.
  void markStored(const std::string& jobId, int position);
  // The same, and also without effect when another set has taken its place: the job may have been
  // cancelled, asked for again and analysed anew while the archive took this object.
  void markStored(const OutboxObject& object);
  void deferStoring(const std::string& jobId, const std::string& reason);  // back-off, never dead
  // True for every object that was ever in the outbox.
  bool isOwnObject(const std::string& SOPInstanceUID);

  // Objects that have to leave the archive, job by job, until settleOutdated() is told:
  // - another job over (at least) the same series stored its set later: the images were incomplete
  //   or changed, or the series was asked for again after the package or the rule changed;
  // - the same job stored another set when it was asked for again (the site's settings changed);
  // - the job was cancelled while its set was being stored.
  // Of jobs over studies a later one over the same study supersedes the earlier one.
  // A job that is done without a set in the archive (a dry run) supersedes nothing.
  struct Outdated {
    enum class Cause { laterJob, laterRun, interrupted };
    Cause cause = Cause::laterJob;
    std::string jobId;
    std::string byJobId;                       // of laterJob
    std::vector<std::string> SOPInstanceUIDs;  // none that a set which stays holds as well
  };
  // doneAfter: of laterJob, whether by a set that came after the one of which newestSet() said
  // this; what is outdated by earlier ones has been settled. It walks over those alone.
  std::vector<Outdated> outdatedResults(std::int64_t doneAfter = 0);
  std::int64_t newestSet();   // its place in the order in which jobs were done; 0: there is none
  bool hasInterruptedSets();  // quick: whether outdatedResults() is worth a call without a new set
  void settleOutdated(const Outdated& outdated);

  // Operator; `by` is whom the audit trail names (audit_trail.h), here and below. Throw InputError
  // when the job is unknown or its state does not allow it. Cancelling empties the job's outbox; an
  // earlier complete set stays in the archive, a part of one does not. Cancelling a job that is
  // done ends what is still to be sent on of it. A retry starts with all attempts, keeps dateTime
  // and computes anew.
  void cancel(const std::string& jobId, const std::string& reason, const Actor& by = {});
  // dead, notAnalysable, cancelled, retry, done
  void retry(const std::string& jobId, const Actor& by = {});
  // A study or series disappeared from the archive: open jobs over it are cancelled.
  int cancelForResource(const std::string& orthancId, const std::string& reason);
  // Series of jobs that were cancelled because something of their source was gone or another, and
  // over which no later job is: of those jobs that were over this series, too; empty: of all. What
  // is still there of them has to be looked at again.
  std::vector<std::string> seriesWithoutJob(const std::string& besideSeriesId = {});

  // withResults: as in ListFilter, below.
  std::optional<JobRecord> job(const std::string& jobId, bool withResults = true);
  // The latest twenty, newest first; also those before the job was asked for again.
  struct Attempt {
    std::int64_t begunMs = 0;             // Unix time, for people, here and below
    std::optional<std::int64_t> endedMs;  // empty: it is under way
    std::string outcome;                  // analysed, notAnalysable, failed, cancelled
    std::string cause;                    // failureCauseName, of one that failed
    std::string reason;                   // with the worker's last words, where it died
  };
  std::vector<Attempt> attempts(const std::string& jobId);
  std::string decision(const std::string& jobId);  // as submitted; empty: none is known
  struct ListFilter {
    std::optional<JobState> state;
    std::string orthancSeriesId;  // empty: any
    std::size_t limit = 100;
    std::size_t offset = 0;
    std::string cause = {};           // of the last failure; empty: any
    std::string orthancStudyId = {};  // empty: any
    // False: resultsJson stays empty. A page of jobs with theirs may be hundreds of MiB.
    bool withResults = true;
  };
  std::vector<JobRecord> list(const ListFilter& filter);  // newest first
  struct StateCount {
    JobState state;
    std::int64_t count;
  };
  std::vector<StateCount> counts();

  // --- running the queue (job_queue.cpp) ---

  // Kept over restarts.
  enum class Mode { running, paused, draining };
  void setMode(Mode mode, const Actor& by = {});
  Mode mode();
  // For the audit trail alone: series of these days were asked for.
  void noteBackfill(const std::string& days, std::size_t series, const Actor& by);
  bool isDrained();  // draining, and nothing that was there when it began is left to be taken

  // InputError: no such job, or final
  void setPriority(const std::string& jobId, int priority, const Actor& by = {});
  // Dead jobs go back to the queue, at most `limit`, oldest first; returns how many. cause as in
  // ListFilter.
  int retryDead(const std::string& cause, std::size_t limit, const Actor& by = {});

  struct Depth {
    JobState state;
    std::int64_t count = 0;
    std::optional<std::int64_t> oldestSinceMs;  // Unix time; empty when there is none
  };
  std::vector<Depth> depths();
  struct Waiting {
    std::int64_t objects = 0;
    std::int64_t bytes = 0;
  };
  Waiting outbox();  // what waits to be stored

  // Of jobs whose state ended before `beforeMs`: results documents of those that are done go, and
  // whole rows of those that never had an object. Identities, dates and keys of jobs with objects
  // stay: they guard against loops and against one UID for two files.
  struct Forgotten {
    int documents = 0;
    int jobs = 0;
    int deliveries = 0;  // that were sent or cancelled
  };
  Forgotten forgetOld(std::int64_t beforeMs, std::size_t limit);

  // Series that were looked at and left alone, and why: one row per series, its latest. Only the
  // newest JobStoreSettings::mostSkipped are kept. A row goes when the series becomes a job.
  struct SkippedSeries {
    std::string orthancSeriesId;
    std::string orthancStudyId;
    std::string SeriesInstanceUID;
    std::string reason;
    std::int64_t atMs = 0;  // Unix time, for people; set by the store
  };
  struct SkippedFilter {
    std::string orthancSeriesId;  // empty: any
    std::string orthancStudyId;   // empty: any
    std::size_t limit = 100;
    std::size_t offset = 0;
  };
  void recordSkipped(const SkippedSeries& series);
  void forgetSkipped(const std::string& orthancId);                       // a study or a series
  std::vector<SkippedSeries> skippedSeries(const SkippedFilter& filter);  // newest first

  // --- reports on whole studies (job_studies.cpp) ---

  // A study of which something ended, or was left alone, since its report was last thought about.
  struct StudyToReport {
    std::string orthancStudyId;
    std::int64_t version = 0;
  };
  // Those of which no job over images is open and no report is being made, by their identifiers;
  // after: behind this one.
  std::vector<StudyToReport> studiesToReport(std::size_t limit, const std::string& after = {});
  void settleStudy(const StudyToReport& study);  // without effect when it was marked again since
  void markStudy(const std::string& orthancStudyId);
  std::optional<JobRecord> latestStudyJob(const std::string& orthancStudyId);  // by submission
  std::string studyDocument(const std::string& jobId);                         // empty: not kept
  struct StoredObject {
    std::string kind;  // see dicom_sr/object_kinds.h
    std::string SOPClassUID;
    std::string SOPInstanceUID;
    std::string SeriesInstanceUID;
  };
  std::vector<StoredObject> storedObjects(const std::string& jobId);  // of its set, in their order
  // Of the patient at the time of the study, a share, as somebody stated it; the study's report is
  // thought about again. Empty: it is not known.
  void setHaematocrit(const std::string& orthancStudyId, std::optional<double> haematocrit,
                      const Actor& by = {});
  std::optional<double> haematocrit(const std::string& orthancStudyId);
  // Somebody wants the report on the study without the series that it waits for; so it stays.
  void askForReport(const std::string& orthancStudyId, const Actor& by = {});
  bool isReportAskedFor(const std::string& orthancStudyId);
  // The report on the study that was stored last, whether or not it is still in the archive.
  std::optional<StoredObject> lastStudyReport(const std::string& orthancStudyId);

  // --- scheduled exams (job_worklist.cpp) ---

  struct ScheduledExam {
    std::string id;
    std::string PatientID;
    std::string AccessionNumber;
    std::string StudyInstanceUID;
    std::string startDate;       // DA
    std::string attributesJson;  // what was scheduled, as worklist_entry.h writes it
    std::string orthancStudyId;  // that arrived; empty: none yet
    std::string conflict;        // a sentence about a study that does not fit; empty: none
    std::string state;           // "scheduled", "arrived", "analysing", "reported"
    std::int64_t createdMs = 0;  // Unix time, for people; set by the store, as the next
    std::int64_t updatedMs = 0;
    std::string file = {};  // that it was read from and follows; empty: it was scheduled over REST
  };
  enum class Scheduled { created, same, different };
  // An exam of this id that is there already stays as it is; `different`: it says something else.
  Scheduled schedule(const ScheduledExam& exam, const Actor& by = {});
  // Replaces what was scheduled, and forgets a conflict. False: there is no such exam.
  bool reschedule(const ScheduledExam& exam, const Actor& by = {});
  bool unschedule(const std::string& id, const Actor& by = {});  // false: there was none
  std::optional<ScheduledExam> scheduledExam(const std::string& id);
  std::vector<ScheduledExam> scheduledExams(std::size_t limit, std::size_t offset);  // by date
  std::vector<ScheduledExam> examsOfStudy(const std::string& orthancStudyId);        // tied to it
  // Exams that no study arrived for, of this day (DA) and later.
  std::vector<ScheduledExam> openExams(const std::string& fromDate, std::size_t limit);

  // --- of the files in the worklist's folder ---

  // Empty: the exam is there as the file says. Else why it is not: it came over REST or from
  // another file and says something else. What this file said before is withdrawn.
  std::string importExam(const ScheduledExam& exam, const std::string& file);
  // Exams whose file is none of these: those that no study arrived for go, the others stay as if
  // they had come over REST. Returns how many went.
  int withdrawExams(const std::vector<std::string>& filesThatAreThere);
  // Exams of earlier days (DA): those that no study arrived for, and all of a much earlier day
  // (empty: none). Returns how many went.
  int expireExams(const std::string& openBefore, const std::string& arrivedBefore);

  struct ArrivedStudy {
    std::string orthancStudyId;
    std::string StudyInstanceUID;
    std::string AccessionNumber;
    std::string PatientID;
    std::int64_t arrivedMs = 0;  // Unix time of its first image; 0: not known, hence just now
    std::string PatientName = {};
    std::string PatientBirthDate = {};
    std::string PatientSex = {};
  };
  // Ties the study to the exams that have its StudyInstanceUID or AccessionNumber; when any has
  // its UID, those that were scheduled with another one are left alone. One of another patient or
  // person (plugin/exam_person.h), or with the UID of one exam and the accession number of another,
  // is not tied: the exam carries the conflict from then on. Nor is one that was there before and
  // names an exam by its accession number alone, if that exam was scheduled with a
  // StudyInstanceUID: it is perhaps an earlier exam under the same order. Returns how many exams
  // are newly tied.
  int tieToExams(const ArrivedStudy& study);
  // Whether that depends on arrivedMs, which costs the archive some looks.
  bool mustKnowArrival(const ArrivedStudy& study);
  // Studies that were tied and whose earlier series were not all looked at again since, with a
  // number that grows when they are tied once more.
  std::map<std::string, std::int64_t> studiesTiedAnew();
  void settleTie(const std::string& orthancStudyId, std::int64_t version);

  // Orthanc's change log: the last sequence number that was wholly dealt with.
  // Empty as long as none was ever set: this archive is not known yet.
  std::optional<std::int64_t> lastChange();
  void setLastChange(std::int64_t sequence);

 private:
  friend class DeliveryQueue;  // other parts of the same database
  friend class AuditTrail;
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cmr
