// Random calls on a job store, each compared with what a model in plain memory says, and with an
// archive that takes what is stored and loses what the store says is outdated.
#include <algorithm>
#include <random>
#include <set>

#include "analysis/errors.h"
#include "plugin/job_store.h"
#include "tests/support/job_store_check.h"
#include "tests/support/job_store_fixture.h"
#include "tests/support/job_store_model.h"

namespace cmr::test {
namespace {

class Walk {
 public:
  explicit Walk(unsigned seed) : random_(seed), model_(settings(folder_)) { open(); }

  void step() {
    const int kind = below(100);
    if (kind < 8) return submit();
    if (kind < 24) return claim();
    if (kind < 27) return heartbeat();
    if (kind < 43) return finishAnalysed();
    if (kind < 47) return finishOtherwise();
    if (kind < 50) return expire();
    if (kind < 76) return store();
    if (kind < 88) return operatorCall();
    if (kind < 92) return passTime();
    if (kind < 99) return removeOutdated();
    open();
  }

  void compare() {
    ASSERT_EQ(store_->list({{}, "", 1000, 0}).size(), model_.jobs.size());
    for (const auto& [id, expected] : model_.jobs) {
      const JobRecord job = store_->job(id).value();
      ASSERT_EQ(jobStateName(job.state), jobStateName(expected.state)) << id;
      ASSERT_EQ(job.attempts, expected.attempts) << id;
      ASSERT_EQ(job.dateTime, expected.dateTime) << id;
    }
    comparePending();
    compareSets();
    for (int i = 0; i < objectNames; ++i) {
      const std::string uid = "2.25." + std::to_string(i);
      ASSERT_EQ(store_->isOwnObject(uid), model_.objects.count(uid) == 1) << uid;
    }
  }

  // All that waits is stored, all that is outdated goes: the archive holds what counts, no more.
  void comeToRest() {
    for (auto& [id, job] : model_.jobs) {
      for (std::size_t i = 0; job.state == JobState::storing && i < job.outbox.size(); ++i) {
        storeOne(id, static_cast<int>(i), true);
      }
    }
    for (const JobStore::Outdated& outdated : store_->outdatedResults()) {
      remove(outdated);
      store_->settleOutdated(outdated);
      model_.settled(outdated);
    }
    ASSERT_TRUE(store_->outdatedResults().empty());
    std::set<std::string> counts;
    for (const auto& [id, job] : model_.jobs) {
      if (job.shows()) {
        for (const auto& entry : job.outbox) counts.insert(entry.object.SOPInstanceUID);
        ASSERT_FALSE(isOutdated(job)) << id;
      }
      for (const auto& [uid, whole] : job.earlier) {
        ASSERT_TRUE(whole) << id << " left a part of a set";
        counts.insert(uid);
      }
    }
    ASSERT_EQ(archive_, counts);
  }

  int settled = 0;  // sets that gave way to others, or were parts of one

  std::string finish() {
    store_.reset();
    return brokenInvariants(settings(folder_).path);
  }

 private:
  static constexpr int jobNames = 12;
  static constexpr int studies = 3;
  static constexpr int seriesNames = 6;
  static constexpr int objectsOfJob = 4;
  static constexpr int objectNames = 9 * objectsOfJob;

  static JobStoreSettings settings(const TemporaryFolder& folder) {
    JobStoreSettings result;
    result.path = (folder.path() / "jobs.db").string();
    result.maxAttempts = 3;
    result.lease = std::chrono::milliseconds(100);
    result.firstBackOff = std::chrono::milliseconds(40);
    result.largestBackOff = std::chrono::milliseconds(100);
    return result;
  }

  int below(int end) { return std::uniform_int_distribution<int>(0, end - 1)(random_); }

  void open() {
    store_.reset();
    // Another process, perhaps after a reboot: its clock starts anywhere then.
    const bool rebooted = below(2) == 0;
    if (rebooted) {
      now_ = below(100000) - 50000;
      ++boot_;
    }
    JobStoreSettings again = settings(folder_);
    again.bootId = "boot " + std::to_string(boot_);
    store_ = std::make_unique<JobStore>(again, [this] { return now_; });
    model_.reopened(now_, rebooted);
    settledUpTo_ = 0;
  }

  // Each study has two series, with a job over each; one over both; and one over the first by
  // another rule.
  void submit() {
    const int number = below(jobNames);
    const int study = number % studies;
    JobSubmission submission = submissionOf(std::to_string(number));
    std::set<std::string> series{"series-" + std::to_string(number % seriesNames)};
    if (number / studies == 2) series.insert("series-" + std::to_string(study + studies));
    if (number / studies == 3) {
      series = {"series-" + std::to_string(study)};
      submission.contentFingerprint = submissionOf(std::to_string(study)).contentFingerprint;
    }
    submission.orthancSeriesIds.assign(series.begin(), series.end());
    submission.SeriesInstanceUIDs = submission.orthancSeriesIds;
    submission.orthancStudyId = "study-" + std::to_string(study);
    submission.priority = number == 0 ? 1 : 0;
    const auto submitted = store_->submit(submission);
    ASSERT_EQ(submitted.created, model_.submitCreates(submitted.jobId, series, submission));
  }

  void claim() {
    const std::string dateTime = std::to_string(20260101120000 + below(1000));
    const auto lease = store_->claim(dateTime);
    ASSERT_TRUE(model_.claimed(lease, dateTime, now_));
    if (lease) leases_.push_back(*lease);
  }

  // Any lease that was ever given out, mostly a recent one.
  const Lease* someLease() {
    if (leases_.empty()) return nullptr;
    const int back = std::min(below(4) * below(4), static_cast<int>(leases_.size()) - 1);
    return &leases_[leases_.size() - 1 - static_cast<std::size_t>(back)];
  }

  void heartbeat() {
    const Lease* lease = someLease();
    if (lease == nullptr) return;
    const bool holds = model_.holds(*lease, now_);
    ASSERT_EQ(store_->heartbeat(*lease, 0.5, "x"), holds);
    if (holds) model_.heartbeat(*lease, now_);
  }

  void finishAnalysed() {
    const Lease* lease = someLease();
    if (lease == nullptr) return;
    std::vector<ProducedObject> objects;
    // What is made of the same images is the same object, whatever the job.
    const std::string& content = lease->job.submission.contentFingerprint;
    const int number = std::stoi(content.substr(content.rfind('-') + 1));
    const int first = below(objectsOfJob);
    for (int count = below(4); count > 0; --count) {
      const int name = below(20) == 0 ? below(objectsOfJob) : (first + count) % objectsOfJob;
      const std::string uid = "2.25." + std::to_string(number * objectsOfJob + name);
      objects.push_back(objectOf(uid, below(40) == 0 ? "other" : "bytes of " + uid));
    }
    const bool holds = model_.holds(*lease, now_);
    const JobStore::Finished expected =
        holds ? model_.analysed(*lease, objects) : JobStore::Finished::lost;
    ASSERT_EQ(store_->finishAnalysed(*lease, objects, "{}"), expected);
  }

  void finishOtherwise() {
    const Lease* lease = someLease();
    if (lease == nullptr) return;
    const bool holds = model_.holds(*lease, now_);
    switch (below(4)) {
      case 0: {
        const bool mayComeBack = below(2) == 0;
        ASSERT_EQ(store_->finishCancelled(*lease, "changed", mayComeBack), holds);
        if (holds) model_.cancelled(*lease, mayComeBack);
        return;
      }
      case 1:
        ASSERT_EQ(store_->finishNotAnalysable(*lease, "no", "{}"), holds);
        if (holds) model_.notAnalysable(*lease);
        return;
      case 2:
        ASSERT_EQ(store_->finishFailed(*lease, "memory"), holds);
        if (holds) model_.failed(lease->job.id, now_);
        return;
      default:
        ASSERT_EQ(store_->release(*lease), holds);
        if (holds) model_.release(*lease);
    }
  }

  void expire() {
    const int expired = store_->expireLeases();
    ASSERT_EQ(expired, model_.expire(now_));
  }

  void store() {
    if (model_.jobs.empty()) return;
    std::string id = someJob();
    for (int i = 0; i < 8 && model_.jobs.at(id).state != JobState::storing; ++i) id = someJob();
    if (below(6) == 0) {
      store_->deferStoring(id, "archive is full");
      model_.deferred(id, now_);
    } else {
      storeOne(id, below(3), below(8) != 0);
    }
  }

  // Without an answer the archive has it, and nobody knows.
  void storeOne(const std::string& id, int position, bool isAnswered) {
    const JobStoreModel::Job& job = model_.jobs.at(id);
    const auto at = static_cast<std::size_t>(position);
    if (job.state == JobState::storing && at < job.outbox.size()) {
      archive_.insert(job.outbox[at].object.SOPInstanceUID);
      if (!isAnswered) return;
    }
    store_->markStored(id, position);
    model_.stored(id, at);
  }

  // As Superseder does; now and then it is interrupted.
  void removeOutdated() {
    const std::int64_t newest = store_->newestSet();
    for (const JobStore::Outdated& outdated : store_->outdatedResults(settledUpTo_)) {
      if (below(10) == 0) return;
      remove(outdated);
      if (::testing::Test::HasFatalFailure() || below(10) == 0) return;
      store_->settleOutdated(outdated);
      model_.settled(outdated);
      ++settled;
    }
    settledUpTo_ = newest;
  }

  void remove(const JobStore::Outdated& outdated) {
    for (const std::string& uid : outdated.SOPInstanceUIDs) archive_.erase(uid);
    if (outdated.cause != JobStore::Outdated::Cause::laterJob) return;
    ASSERT_TRUE(JobStoreModel::supersedes(model_.jobs.at(outdated.byJobId),
                                          model_.jobs.at(outdated.jobId)));
  }

  void operatorCall() {
    if (model_.jobs.empty()) return;
    const std::string id = someJob();
    const int kind = below(8);
    if (kind == 0) {
      if (!model_.mayCancel(id)) {
        ASSERT_THROW(store_->cancel(id, "x"), InputError);
        return;
      }
      store_->cancel(id, "x");
      return model_.cancel(id);
    }
    if (kind == 1) {
      const std::string name = below(4) == 0 ? "study-" + std::to_string(below(studies))
                                             : "series-" + std::to_string(below(seriesNames));
      ASSERT_EQ(store_->cancelForResource(name, "deleted"), model_.sourceGone(name));
      return;
    }
    if (!model_.mayRetry(id)) {
      ASSERT_THROW(store_->retry(id), InputError);
      return;
    }
    store_->retry(id);
    model_.retry(id);
  }

  void passTime() { now_ += below(3) == 0 ? below(200) : below(20); }

  std::string someJob() {
    return std::next(model_.jobs.begin(), below(static_cast<int>(model_.jobs.size())))->first;
  }

  void comparePending() {
    std::map<std::string, std::vector<int>> found;
    int lastSequence = -1;
    for (const OutboxObject& waiting : store_->pendingObjects(1000)) {
      const auto& job = model_.jobs.at(waiting.jobId);
      const auto& entry = job.outbox.at(static_cast<std::size_t>(waiting.position));
      ASSERT_EQ(job.state, JobState::storing);
      ASSERT_LE(job.dueLow, now_);
      ASSERT_FALSE(entry.stored);
      ASSERT_EQ(waiting.object.bytes, entry.object.bytes);
      ASSERT_GE(job.sequence, lastSequence);
      lastSequence = job.sequence;
      found[waiting.jobId].push_back(waiting.position);
    }
    for (const auto& [id, job] : model_.jobs) {
      if (job.state != JobState::storing || (job.dueHigh > now_ && found.count(id) == 0)) continue;
      std::vector<int> expected;
      for (std::size_t i = 0; i < job.outbox.size(); ++i) {
        if (!job.outbox[i].stored) expected.push_back(static_cast<int>(i));
      }
      ASSERT_EQ(found[id], expected) << id;
    }
  }

  bool isOutdated(const JobStoreModel::Job& job) const {
    return std::any_of(model_.jobs.begin(), model_.jobs.end(), [&](const auto& other) {
      return other.second.shows() && JobStoreModel::supersedes(other.second, job);
    });
  }

  // Whoever looks at the archive finds each set that counts, and the whole of it.
  void compareSets() {
    for (const auto& [id, expected] : model_.jobs) {
      ASSERT_EQ(store_->job(id)->supersededBy, expected.supersededBy) << id;
      if (!expected.shows() || isOutdated(expected)) continue;
      for (const auto& entry : expected.outbox) {
        const std::string& uid = entry.object.SOPInstanceUID;
        ASSERT_EQ(archive_.count(uid), 1U) << uid << " of job " << id;
      }
    }
  }

  std::mt19937 random_;
  TemporaryFolder folder_{true};
  JobStoreModel model_;
  std::int64_t now_ = 0;
  int boot_ = 0;
  std::unique_ptr<JobStore> store_;
  std::vector<Lease> leases_;
  std::set<std::string> archive_;  // UIDs of our objects
  std::int64_t settledUpTo_ = 0;
};

TEST(JobStoreWalk, RandomCallsAgreeWithTheModel) {
  int settled = 0;
  for (unsigned seed = 1; seed <= 16; ++seed) {
    Walk walk(seed);
    for (int step = 0; step < 300; ++step) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", step " + std::to_string(step));
      walk.step();
      if (::testing::Test::HasFatalFailure()) return;
      walk.compare();
      if (::testing::Test::HasFatalFailure()) return;
    }
    settled += walk.settled;
    walk.comeToRest();
    ASSERT_EQ(walk.finish(), "") << "seed " << seed;
  }
  EXPECT_GT(settled, 40);
}

}  // namespace
}  // namespace cmr::test
