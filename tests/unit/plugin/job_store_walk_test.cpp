// Random calls on a job store, each compared with what a model in plain memory says.
#include <random>

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
    switch (below(14)) {
      case 0:
        return submit();
      case 1:
      case 2:
      case 3:
        return claim();
      case 4:
        return heartbeat();
      case 5:
      case 6:
        return finishAnalysed();
      case 7:
        return finishOtherwise();
      case 8:
        return expire();
      case 9:
      case 10:
        return store();
      case 11:
        return operatorCall();
      case 12:
        return passTime();
      default:
        if (below(10) == 0) open();
    }
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
    for (int i = 0; i < objectNames; ++i) {
      const std::string uid = "2.25." + std::to_string(i);
      ASSERT_EQ(store_->isOwnObject(uid), model_.objects.count(uid) == 1) << uid;
    }
  }

  std::string finish() {
    store_.reset();
    return brokenInvariants(settings(folder_).path);
  }

 private:
  static constexpr int jobNames = 6;
  static constexpr int studies = 3;
  static constexpr int objectNames = 12;

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
  }

  void submit() {
    const int number = below(jobNames);
    const std::string name = std::to_string(number);
    JobSubmission submission = submissionOf(name);
    submission.orthancStudyId = "study-" + std::to_string(number % studies);
    submission.priority = name == "0" ? 1 : 0;
    const auto submitted = store_->submit(submission);
    ASSERT_EQ(submitted.created,
              model_.submitCreates(submitted.jobId, "series-" + name, submission.orthancStudyId,
                                   submission.priority));
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
    for (int count = below(4); count > 0; --count) {
      const std::string uid = "2.25." + std::to_string(below(objectNames));
      objects.push_back(objectOf(uid, below(12) == 0 ? "other" : "bytes of " + uid));
    }
    const bool holds = model_.holds(*lease, now_);
    ASSERT_EQ(store_->finishAnalysed(*lease, objects, "{}"), holds);
    if (holds) model_.analysed(*lease, objects);
  }

  void finishOtherwise() {
    const Lease* lease = someLease();
    if (lease == nullptr) return;
    const bool holds = model_.holds(*lease, now_);
    switch (below(3)) {
      case 0:
        ASSERT_EQ(store_->finishNotAnalysable(*lease, "no", "{}"), holds);
        if (holds) model_.notAnalysable(*lease);
        return;
      case 1:
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
    const std::string id = someJob();
    if (below(4) == 0) {
      store_->deferStoring(id, "archive is full");
      model_.deferred(id, now_);
    } else {
      const int position = below(3);
      store_->markStored(id, position);
      model_.stored(id, static_cast<std::size_t>(position));
    }
  }

  void operatorCall() {
    if (model_.jobs.empty()) return;
    const std::string id = someJob();
    switch (below(3)) {
      case 0:
        if (!model_.mayCancel(id)) {
          ASSERT_THROW(store_->cancel(id, "x"), InputError);
          return;
        }
        store_->cancel(id, "x");
        return model_.cancel(id);
      case 1:
        if (!model_.mayRetry(id)) {
          ASSERT_THROW(store_->retry(id), InputError);
          return;
        }
        store_->retry(id);
        return model_.retry(id);
      default:
        const std::string name = "series-" + std::to_string(below(jobNames));
        ASSERT_EQ(store_->cancelForResource(name, "deleted"), model_.sourceGone(name));
    }
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

  std::mt19937 random_;
  TemporaryFolder folder_{true};
  JobStoreModel model_;
  std::int64_t now_ = 0;
  int boot_ = 0;
  std::unique_ptr<JobStore> store_;
  std::vector<Lease> leases_;
};

TEST(JobStoreWalk, RandomCallsAgreeWithTheModel) {
  for (unsigned seed = 1; seed <= 12; ++seed) {
    Walk walk(seed);
    for (int step = 0; step < 300; ++step) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", step " + std::to_string(step));
      walk.step();
      if (::testing::Test::HasFatalFailure()) return;
      walk.compare();
      if (::testing::Test::HasFatalFailure()) return;
    }
    ASSERT_EQ(walk.finish(), "") << "seed " << seed;
  }
}

}  // namespace
}  // namespace cmr::test
