// The N-th change of a file fails, for N = 1, 2, ... until a run passes untouched (as SQLite tests
// itself, https://www.sqlite.org/testing.html): every call either happened or changed nothing.
#include <functional>

#include "analysis/errors.h"
#include "plugin/delivery_queue.h"
#include "tests/support/faulty_vfs.h"
#include "tests/support/job_store_check.h"
#include "tests/support/job_store_fixture.h"

namespace cmr::test {
namespace {

constexpr int mostChanges = 2000;  // a run that makes more than this never ends

// A life of two jobs, call by call, on a store that may be opened again at any call.
class Story {
 public:
  explicit Story(const std::string& path, const std::string& vfs) {
    settings_.path = path;
    settings_.vfs = vfs;
    const std::string large(9000, 'x');
    calls_ = {
        [this] { open(); },
        [this] {
          JobSubmission submission = submissionOf("a");
          submission.destinations = {"pacs", "mirror"};
          store_->submit(submission);
        },
        [this] { store_->submit(submissionOf("b")); },
        [this] { lease_ = store_->claim("20260101120000"); },
        [this] { store_->heartbeat(*lease_, 0.5, "half"); },
        [this, large] {
          store_->finishAnalysed(*lease_, {objectOf("1.1", large), objectOf("1.2", "y")}, "{}");
        },
        [this] { store_->deferStoring(lease_->job.id, "busy"); },
        [this] { store_->markStored(lease_->job.id, 0); },
        [this] { store_->markStored(lease_->job.id, 1); },
        [this] { queue().noteSent(1, "1.1"); },
        [this] { queue().fail(1, "away"); },
        [this] { queue().noteSent(2, "1.1"); },
        [this] { queue().noteSent(2, "1.2"); },
        [this] { queue().finish(2); },
        [this] { queue().retry("", {"pacs"}); },
        [this] { queue().cancel(1, "no more"); },
        [this] { lease_ = store_->claim("20260101120000"); },
        [this] { store_->finishFailed(*lease_, "memory"); },
        [this] { store_->retry(lease_->job.id); },
        [this] { lease_ = store_->claim("20260101120000"); },
        [this] { store_->release(*lease_); },
        [this] { store_->setLastChange(7); },
        [this] { lease_ = store_->claim("20260101120000"); },
        [this] { store_->finishNotAnalysable(*lease_, "one slice", "{\"slices\":1}"); },
        [this] { store_->retry(lease_->job.id); },
        [this] { store_->cancelForResource("series-b", "deleted"); },
        [this] {
          store_->submitAll({submissionOf("c"), submissionOf("d")});
        },
        [this] { store_.reset(); },
        [this] { open(); },
    };
  }

  std::size_t size() const { return calls_.size(); }
  // False when it threw.
  bool call(std::size_t index) {
    try {
      calls_[index]();
      return true;
    } catch (const ResourceError&) {
      return false;
    }
  }
  void close() { store_.reset(); }
  bool isOpen() const { return store_ != nullptr; }
  void open() {
    store_.reset();
    store_ = std::make_unique<JobStore>(settings_, [] { return std::int64_t{1000}; });
  }

  DeliveryQueue queue() { return {*store_, 3}; }

  // All that can be seen of the store, but not its times.
  std::string seen() {
    std::string text;
    for (const JobRecord& job : store_->list({})) {
      text += job.id + " " + jobStateName(job.state) + " " + std::to_string(job.attempts) + " " +
              job.reason + " " + job.stage + " " + job.resultsJson + "\n";
    }
    for (const OutboxObject& waiting : store_->pendingObjects(10)) {
      text += waiting.jobId + std::to_string(waiting.position) + waiting.object.bytes + "\n";
    }
    for (const Delivery& delivery : queue().list({})) {
      text += delivery.destination + " " + deliveryStateName(delivery.state) + " " +
              std::to_string(delivery.attempts) + " " + std::to_string(delivery.objectsSent) +
              delivery.reason + "\n";
    }
    for (const char* uid : {"1.1", "1.2"}) text += store_->isOwnObject(uid) ? "own " : "unknown ";
    return text + std::to_string(store_->lastChange().value_or(-1));
  }

 private:
  JobStoreSettings settings_;
  std::unique_ptr<JobStore> store_;
  std::optional<Lease> lease_;
  std::vector<std::function<void()>> calls_;
};

// What is seen after each call when nothing fails; empty while the store is closed.
std::vector<std::string> untroubled() {
  const TemporaryFolder folder(true);
  Story story((folder.path() / "jobs.db").string(), "");
  std::vector<std::string> seen;
  for (std::size_t i = 0; i < story.size(); ++i) {
    EXPECT_TRUE(story.call(i)) << i;
    seen.push_back(story.isOpen() ? story.seen() : "");
  }
  return seen;
}

// One change fails: the call that met it changed nothing and succeeds when it is made again.
void passingFault(FaultyVfs& vfs, int change, const std::vector<std::string>& expected,
                  bool& failed) {
  const TemporaryFolder folder(true);
  const std::string path = (folder.path() / "jobs.db").string();
  Story story(path, FaultyVfs::name());
  vfs.failAt(change, false);
  for (std::size_t i = 0; i < story.size(); ++i) {
    if (!story.call(i)) {
      ASSERT_TRUE(vfs.failed());
      if (story.isOpen()) {
        ASSERT_EQ(story.seen(), expected[i - 1]) << "call " << i;
      }
      ASSERT_TRUE(story.call(i)) << "call " << i << " again";
    }
    if (story.isOpen()) {
      ASSERT_EQ(story.seen(), expected[i]) << "call " << i;
    }
  }
  failed = vfs.failed();
  vfs.failAt(0, false);
  story.close();
  ASSERT_EQ(brokenInvariants(path), "");
}

// What the next process sees when one dies after so many calls: index 0 is no call at all.
std::vector<std::string> untroubledReopened(std::size_t calls) {
  std::vector<std::string> seen;
  for (std::size_t made = 0; made <= calls; ++made) {
    const TemporaryFolder folder(true);
    Story story((folder.path() / "jobs.db").string(), "");
    for (std::size_t i = 0; i < made; ++i) EXPECT_TRUE(story.call(i)) << i;
    story.open();
    seen.push_back(story.seen());
  }
  return seen;
}

// From one change on the disk is dead, and the process with it; the next one finds the disk mended.
void lastingFault(FaultyVfs& vfs, int change, const std::vector<std::string>& reopened,
                  bool& failed) {
  const TemporaryFolder folder(true);
  const std::string path = (folder.path() / "jobs.db").string();
  std::size_t made = 0;
  {
    Story story(path, FaultyVfs::name());
    vfs.failAt(change, true);
    while (made < story.size() && story.call(made)) ++made;
  }
  failed = vfs.failed();
  vfs.failAt(0, false);
  Story next(path, FaultyVfs::name());
  ASSERT_NO_THROW(next.open());
  const std::string seen = next.seen();
  // A commit whose last sync failed may have reached the disk all the same.
  const bool whole = made < reopened.size() - 1 && seen == reopened[made + 1];
  ASSERT_TRUE(seen == reopened[made] || whole) << "after " << made << " calls:\n" << seen;
  next.close();
  ASSERT_EQ(brokenInvariants(path), "");
}

// Runs with the first, second, ... change failing; returns how many runs met their fault.
int sweep(const std::function<void(int change, bool& failed)>& run) {
  for (int change = 1; change <= mostChanges; ++change) {
    SCOPED_TRACE("change " + std::to_string(change) + " fails");
    bool failed = false;
    run(change, failed);
    if (::testing::Test::HasFatalFailure() || !failed) return change - 1;
  }
  return mostChanges;
}

TEST(JobStoreFaults, ACallThatMeetsAPassingFaultChangesNothingAndSucceedsWhenRepeated) {
  const auto expected = untroubled();
  FaultyVfs vfs;
  const int faults =
      sweep([&](int change, bool& failed) { passingFault(vfs, change, expected, failed); });
  EXPECT_GT(faults, 50);
  EXPECT_LT(faults, mostChanges);
}

TEST(JobStoreFaults, AfterALastingFaultTheNextProcessFindsEveryCallWholeOrNotAtAll) {
  const auto reopened = untroubledReopened(untroubled().size());
  FaultyVfs vfs;
  const int faults =
      sweep([&](int change, bool& failed) { lastingFault(vfs, change, reopened, failed); });
  EXPECT_GT(faults, 50);
  EXPECT_LT(faults, mostChanges);
}

}  // namespace
}  // namespace cmr::test
