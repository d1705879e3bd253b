// A process that dies at any moment: what it was told is done stays done, and nothing is half done.
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <random>

#include "plugin/job_store.h"
#include "tests/support/job_store_check.h"
#include "tests/support/job_store_fixture.h"

namespace cmr::test {
namespace {

using ::testing::AnyOf;
using ::testing::Each;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// What the child says, one byte each, after the call returned.
enum class Said : char { submitted = 's', analysed = 'a', stored = 't' };

struct Counts {
  int submitted = 0;
  int analysed = 0;
  int stored = 0;
};

std::vector<ProducedObject> resultsOf(const std::string& jobId) {
  return {objectOf("2.25.1." + jobId, std::string(20000, 'a') + jobId),
          objectOf("2.25.2." + jobId, std::string(100, 'b') + jobId, ObjectKind::structuredReport)};
}

// Works through jobs for ever and tells of each step.
[[noreturn]] void workForEver(const JobStoreSettings& settings, int out) {
  const auto tell = [out](Said said) {
    const char byte = static_cast<char>(said);
    if (write(out, &byte, 1) != 1) _exit(1);
  };
  try {
    JobStore store(settings);
    for (int i = 0;; ++i) {
      store.submit(submissionOf(std::to_string(getpid()) + "." + std::to_string(i)));
      tell(Said::submitted);
      const auto lease = store.claim("20260101120000");
      if (!lease) _exit(2);
      store.heartbeat(*lease, 0.5, "half");
      if (store.finishAnalysed(*lease, resultsOf(lease->job.id), "{}") !=
          JobStore::Finished::accepted) {
        _exit(3);
      }
      tell(Said::analysed);
      for (const OutboxObject& waiting : store.pendingObjects(1)) {
        store.markStored(waiting.jobId, waiting.position);
        tell(Said::stored);
      }
    }
  } catch (const std::exception&) {
    _exit(4);
  }
}

// Lets a child work until it has told of `steps` steps, and kills it in the middle of the next.
void workAndDie(const JobStoreSettings& settings, int steps, Counts& counts) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    close(ends[0]);
    workForEver(settings, ends[1]);
  }
  close(ends[1]);
  char byte = 0;
  for (int step = 0; read(ends[0], &byte, 1) == 1; ++step) {
    if (step == steps) kill(child, SIGKILL);
    counts.submitted += byte == static_cast<char>(Said::submitted) ? 1 : 0;
    counts.analysed += byte == static_cast<char>(Said::analysed) ? 1 : 0;
    counts.stored += byte == static_cast<char>(Said::stored) ? 1 : 0;
  }
  close(ends[0]);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << WEXITSTATUS(status);
}

// The store as the next process finds it, against what the dead ones had told.
void checkAfterCrash(const JobStoreSettings& settings, const Counts& told) {
  ASSERT_EQ(brokenInvariants(settings.path), "");
  JobStore store(settings);
  int analysed = 0;
  for (const JobRecord& job : store.list({{}, "", 100000, 0})) {
    ASSERT_THAT(job.state,
                AnyOf(JobState::queued, JobState::storing, JobState::done, JobState::dead));
    const bool hasResult = job.state == JobState::storing || job.state == JobState::done;
    analysed += hasResult ? 1 : 0;
    for (const ProducedObject& object : resultsOf(job.id)) {
      ASSERT_EQ(store.isOwnObject(object.SOPInstanceUID), hasResult);
    }
  }
  int waiting = 0;
  for (const OutboxObject& entry : store.pendingObjects(100000)) {
    ++waiting;
    const auto expected = resultsOf(entry.jobId);
    ASSERT_EQ(entry.object.bytes, expected.at(static_cast<std::size_t>(entry.position)).bytes);
  }
  ASSERT_GE(static_cast<int>(store.list({{}, "", 100000, 0}).size()), told.submitted);
  ASSERT_GE(analysed, told.analysed);
  ASSERT_LE(waiting, 2 * analysed - told.stored);
}

TEST(JobStoreCrash, AKilledProcessLosesNothingItWasToldIsDone) {
  const TemporaryFolder folder(true);
  JobStoreSettings settings;
  settings.path = (folder.path() / "jobs.db").string();
  std::mt19937 random(1);
  Counts told;
  for (int round = 0; round < 25; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    workAndDie(settings, std::uniform_int_distribution<int>(0, 40)(random), told);
    if (::testing::Test::HasFatalFailure()) return;
    checkAfterCrash(settings, told);
    if (::testing::Test::HasFatalFailure()) return;
  }
  EXPECT_GT(told.stored, 25);
}

TEST(JobStoreCrash, TheLockGoesWithTheProcess) {
  const TemporaryFolder folder(true);
  JobStoreSettings settings;
  settings.path = (folder.path() / "jobs.db").string();
  Counts told;
  workAndDie(settings, 1, told);
  EXPECT_NO_THROW(JobStore store(settings));
}

}  // namespace
}  // namespace cmr::test
