// What the worker may read of the next job while it computes one.
#include <gmock/gmock.h>

#include "tests/unit/plugin/dispatcher_fixture.h"

namespace cmr {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class DispatcherHints : public DispatcherTest {};

constexpr DispatcherSettings readingAhead{.readAhead = true};

TEST_F(DispatcherHints, TheWorkerMayHaveTheImagesOfTheJobThatComesNextAndNothingIsClaimed) {
  submit("a");
  const std::string next = submit("b");
  during = [&](const ProgressCallback&) { EXPECT_EQ(store->job(next)->attempts, 0); };
  Dispatcher taking = dispatcher(readingAhead);
  taking.takeOne(stopper.get_token());
  const std::vector<std::string> expected = hinted;
  EXPECT_THAT(expected, SizeIs(6));
  EXPECT_EQ(store->job(next)->state, JobState::queued);
  during = {};
  taking.takeOne(stopper.get_token());
  EXPECT_EQ(request.jobId, next);
  EXPECT_EQ(namesIn(request), expected);
  EXPECT_THAT(hinted, IsEmpty());  // nothing waits
}

TEST_F(DispatcherHints, WhereReadingAheadIsOffNothingIsSaidOfTheNextJob) {
  submit("a");
  submit("b");
  takeOne();
  EXPECT_THAT(hinted, IsEmpty());
}

TEST_F(DispatcherHints, BesideAJobThatFailedBeforeThereIsNoHint) {
  submit("a");
  submit("b");
  outcome = failed("worker failed");
  takeOne(readingAhead);
  EXPECT_THAT(hinted, SizeIs(6));
  nowMs += 1000000;
  const std::string first = request.jobId;
  takeOne(readingAhead);
  EXPECT_EQ(request.jobId, first);
  EXPECT_THAT(hinted, IsEmpty());
}

TEST_F(DispatcherHints, AJobThatWasHintedWhenTheWorkerFailedIsNotHintedAgain) {
  const std::string first = submit("a");
  const std::string suspect = submit("b");
  Dispatcher taking = dispatcher(readingAhead);
  outcome = failed("worker failed");
  outcome.besideHint = true;
  taking.takeOne(stopper.get_token());
  EXPECT_THAT(hinted, SizeIs(6));
  store->cancel(first, "an operator said so");
  archive.addSeries("c", "another study", 2, 3);
  archive.becomeStable("c");
  const std::string urgent = planner->analyze("c").jobId;
  store->setPriority(urgent, urgentPriority);
  outcome = analysed();
  taking.takeOne(stopper.get_token());  // which ends the time without hints
  EXPECT_EQ(request.jobId, urgent);
  archive.addSeries("d", "third study", 2, 3);
  archive.becomeStable("d");
  const std::string next = planner->analyze("d").jobId;
  store->setPriority(next, urgentPriority);
  taking.takeOne(stopper.get_token());
  EXPECT_EQ(request.jobId, next);
  EXPECT_THAT(hinted, IsEmpty());
  taking.takeOne(stopper.get_token());
  EXPECT_EQ(request.jobId, suspect);
}

TEST_F(DispatcherHints, AfterAFailureBesideAHintThereIsNoneUntilAJobEndsWell) {
  for (const char* series : {"a", "b", "c", "d"}) {
    archive.addSeries(series, series, 2, 3);
    archive.becomeStable(series);
    planner->analyze(series);
  }
  Dispatcher taking = dispatcher(readingAhead);
  outcome = failed("worker failed");
  outcome.besideHint = true;
  taking.takeOne(stopper.get_token());
  EXPECT_THAT(hinted, SizeIs(6));
  outcome.besideHint = false;
  taking.takeOne(stopper.get_token());
  EXPECT_THAT(hinted, IsEmpty());
  taking.takeOne(stopper.get_token());
  EXPECT_THAT(hinted, IsEmpty());
  outcome = analysed();
  taking.takeOne(stopper.get_token());
  EXPECT_THAT(hinted, IsEmpty());
  for (const char* series : {"e", "f"}) {
    archive.addSeries(series, series, 2, 3);
    archive.becomeStable(series);
    planner->analyze(series);
  }
  taking.takeOne(stopper.get_token());
  EXPECT_THAT(hinted, SizeIs(6));
}

TEST_F(DispatcherHints, AJobForAnotherPackageIsNoHint) {
  submit("a");
  package = "new package";
  submit("b");
  takeOne(readingAhead);
  EXPECT_THAT(hinted, IsEmpty());
}

// --- with a worker ---

// Its decoder dies of an image that says "crash" (scripted_worker.cpp).
TEST_F(DispatcherHints, AFileThatKillsTheWorkerWhileItIsReadAheadCostsTheJobBesideItOneAttempt) {
  std::vector<std::string> ids;
  for (const auto& [series, content] : {std::pair{"a", "slow"}, {"b", "crash"}, {"c", "fine"}}) {
    archive.addSeries(series, "study", 2, 3);
    archive.setContent(series, content);
    archive.becomeStable(series);
    ids.push_back(planner->analyze(series).jobId);
  }
  WorkerSettings settings;
  settings.executable = CMR_SCRIPTED_WORKER;
  settings.packageFolder = "starter";
  WorkerSupervisor supervisor(settings, [](LogLevel, const std::string&) {});
  DispatcherDuties duties;
  duties.analyze = [&](const AnalysisRequest& given, const ProgressCallback& progress,
                       const HintCallback& hint) {
    AnalysisRequest ofAnyPackage = given;
    ofAnyPackage.packageSha256.clear();
    return supervisor.run(ofAnyPackage, progress, hint);
  };
  duties.onResults = [] {};
  duties.log = [](LogLevel, const std::string&) {};
  Dispatcher taking(archive, *store, duties, readingAhead);
  taking.takeOne(stopper.get_token());
  EXPECT_EQ(store->job(ids[0])->state, JobState::retry);
  EXPECT_EQ(store->job(ids[1])->attempts, 0);
  for (int round = 0; round < 6; ++round) {
    nowMs += 1000000;
    taking.takeOne(stopper.get_token());
  }
  EXPECT_EQ(store->job(ids[0])->state, JobState::storing);
  EXPECT_EQ(store->job(ids[0])->attempts, 2);
  EXPECT_EQ(store->job(ids[1])->state, JobState::dead);
  EXPECT_THAT(store->job(ids[1])->reason, HasSubstr("worker failed"));
  EXPECT_EQ(store->job(ids[2])->state, JobState::storing);
  EXPECT_EQ(store->job(ids[2])->attempts, 1);
}

}  // namespace
}  // namespace cmr
