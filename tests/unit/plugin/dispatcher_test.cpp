#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "analysis/errors.h"
#include "tests/unit/plugin/dispatcher_fixture.h"

namespace cmr {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(DispatcherTest, WithoutAJobThereIsNothingToDo) { EXPECT_FALSE(takeOne()); }

TEST_F(DispatcherTest, AJobBringsItsImagesToTheWorkerAndItsResultsToTheOutbox) {
  const std::string id = submit();
  EXPECT_TRUE(takeOne());
  EXPECT_EQ(request.jobId, id);
  EXPECT_THAT(request.instances, SizeIs(6));
  EXPECT_EQ(request.instances.front().bytes, "pixels");
  EXPECT_THAT(request.tasks, ElementsAre("seg_cine_sax"));
  EXPECT_THAT(request.dateTime, SizeIs(14));
  EXPECT_THAT(request.sorting, IsEmpty());
  EXPECT_EQ(onlyJob().state, JobState::storing);
  EXPECT_EQ(results, 1);
}

TEST_F(DispatcherTest, AJobThatMayNotBeTriedGoesBackToTheQueueUncounted) {
  submit();
  admits = false;
  takeOne();
  EXPECT_EQ(request.jobId, "");
  EXPECT_EQ(onlyJob().state, JobState::queued);
  EXPECT_EQ(onlyJob().attempts, 0);
  admits = true;
  takeOne();
  EXPECT_EQ(onlyJob().state, JobState::storing);
}

TEST_F(DispatcherTest, WhatThePicturesHaveToDecideGoesToTheWorker) {
  useRules(R"({"schema": 1, "rules": [{"name": "short axis", "tasks": "auto",
      "when": [{"classified": "view", "equals": "sax"}]}]})");
  submit();
  takeOne();
  EXPECT_THAT(request.sorting, HasSubstr("short axis"));
  EXPECT_EQ(onlyJob().submission.rule, "short axis");
}

TEST_F(DispatcherTest, AnotherClauseOnPicturesIsAnotherJobAndTheSameOneIsNot) {
  const auto rules = [&](const std::string& least) {
    useRules(R"({"schema": 1, "rules": [{"name": "short axis", "tasks": "auto",
        "when": [{"classified": "view", "equals": "sax", "minConfidence": )" +
             least + "}]}]}");
  };
  rules("0.9");
  const std::string first = submit();
  EXPECT_EQ(planner->analyze("a").jobId, first);
  rules("0.5");
  const std::string second = planner->analyze("a").jobId;
  EXPECT_NE(second, first);
  localTime.minute += 7;
  EXPECT_EQ(planner->analyze("a").jobId, second);
}

TEST_F(DispatcherTest, WithoutStoringTheResultsStayAsJson) {
  submit();
  DispatcherSettings settings;
  settings.storeResults = false;
  takeOne(settings);
  EXPECT_EQ(onlyJob().state, JobState::done);
  EXPECT_EQ(onlyJob().resultsJson, "{}");
  EXPECT_THAT(store->pendingObjects(5), IsEmpty());
}

TEST_F(DispatcherTest, AnotherRuleOverTheSameImagesWritesTheSameDates) {
  submit();
  takeOne();
  JobSubmission renamed = onlyJob().submission;
  renamed.rule = "another name";
  renamed.key.clear();
  store->submit(renamed);
  store->markStored(request.jobId, 0);
  EXPECT_EQ(store->claim("19990101000000")->job.dateTime, request.dateTime);
}

TEST_F(DispatcherTest, AFailureIsRetriedAndAtLastDead) {
  submit();
  outcome = failed("worker failed: it was killed by signal 9 (Killed)");
  takeOne();
  EXPECT_EQ(onlyJob().state, JobState::retry);
  EXPECT_THAT(onlyJob().reason, HasSubstr("signal 9"));
  nowMs += 1000000;
  takeOne();
  EXPECT_EQ(onlyJob().state, JobState::dead);
}

TEST_F(DispatcherTest, DataThatCannotBeAnalysedAreNotRetried) {
  submit();
  outcome.kind = OutcomeKind::notAnalysable;
  outcome.reason = "one phase only";
  takeOne();
  EXPECT_EQ(onlyJob().state, JobState::notAnalysable);
  EXPECT_EQ(onlyJob().reason, "one phase only");
}

TEST_F(DispatcherTest, WhatPeopleWroteIntoTheImagesStaysOutOfTheLogAtItsDefaultLevel) {
  submit();
  outcome.kind = OutcomeKind::notAnalysable;
  outcome.reason = "series 'Jane Doe SAX' has one phase only";
  takeOne();
  EXPECT_THAT(onlyJob().reason, HasSubstr("Jane Doe"));
  EXPECT_THAT(atDefaultLevel, HasSubstr("job " + onlyJob().id + " cannot be analysed"));
  EXPECT_EQ(atDefaultLevel.find("Doe"), std::string::npos);
}

TEST_F(DispatcherTest, ASeriesThatIsGoneCancelsItsJob) {
  submit("a");
  archive.deleteSeries("a");
  archive.addSeries("b", "study", 2, 3);  // the study itself is still there
  takeOne();
  EXPECT_EQ(onlyJob().state, JobState::cancelled);
  EXPECT_EQ(request.jobId, "");
}

TEST_F(DispatcherTest, ImagesThatChangedSinceAreAJobOfTheirOwn) {
  submit("a");
  archive.addImage("a");
  takeOne();
  EXPECT_EQ(onlyJob().state, JobState::cancelled);
  EXPECT_THAT(reconsidered, ElementsAre("a"));
  EXPECT_EQ(request.jobId, "");
}

TEST_F(DispatcherTest, ImagesThatChangedLeaveOtherJobsOverTheSeriesAlone) {
  const std::string old = submit("a");
  takeOne();  // now its set waits to be stored
  JobSubmission other = onlyJob().submission;
  other.rule = "another name";
  other.key.clear();
  const std::string second = store->submit(other).jobId;
  archive.addImage("a");
  takeOne();
  EXPECT_EQ(store->job(second)->state, JobState::cancelled);
  EXPECT_EQ(store->job(old)->state, JobState::storing);
}

// Its study would wait for the end of the queue.
TEST_F(DispatcherTest, ALostLeaseIsNoticedBeforeEachJobNotBehindTheLast) {
  submit("a");
  for (const std::string id : {"b", "c"}) {
    archive.addSeries(id, "study of " + id, 2, 3);
    archive.becomeStable(id);
    planner->analyze(id);
  }
  const Lease lost = *store->claim("20200102030405");
  during = [&](const ProgressCallback&) { nowMs += 100000; };  // longer than a lease
  takeOne();
  EXPECT_EQ(store->job(lost.job.id)->state, JobState::leased);
  takeOne();
  EXPECT_EQ(store->job(lost.job.id)->state, JobState::retry);
}

TEST_F(DispatcherTest, AConflictIsAFailureInTheLogAndInTheCounts) {
  submit("a");
  takeOne();
  archive.addSeries("b", "another", 2, 3);
  archive.becomeStable("b");
  const std::string second = planner->analyze("b").jobId;
  outcome.objects[0].bytes = "other bytes";
  takeOne();
  EXPECT_EQ(store->job(second)->state, JobState::dead);
  EXPECT_EQ(store->job(second)->cause, "conflict");
  EXPECT_THAT(log, HasSubstr("job " + second + " failed: the result's object"));
  EXPECT_EQ(metrics.counts().failures.at(FailureCause::conflict), 1);
  EXPECT_EQ(results, 1);
}

TEST_F(DispatcherTest, AResultWithoutAnIdentityIsTheWorkersFailureNotTheArchives) {
  submit("a");
  outcome.objects[0].SOPInstanceUID.clear();
  takeOne();
  EXPECT_EQ(onlyJob().state, JobState::retry);
  EXPECT_EQ(onlyJob().cause, "analysis");
}

TEST_F(DispatcherTest, WhatIsLeftOfAGroupThatIsNotWholeAnyMoreIsLookedAtAgain) {
  archive.addSeries("b", "study", 1, 5);
  archive.addSeries("c", "study", 1, 5);
  archive.forgetUnstable();
  planner->analyze("b");
  ASSERT_THAT(onlyJob().submission.orthancSeriesIds, ElementsAre("b", "c"));
  archive.deleteSeries("c");
  takeOne();
  EXPECT_EQ(onlyJob().state, JobState::cancelled);
  EXPECT_THAT(reconsidered, ElementsAre("b", "c"));
}

// Cancelled as "deleted" it would be looked at again, be the same job, and so on for ever.
TEST_F(DispatcherTest, AnImageThatIsListedAndCannotBeHadIsAFailureAtLastADeadJob) {
  submit("a");
  archive.lostFile = "a-3";
  takeOne();
  EXPECT_EQ(onlyJob().state, JobState::retry);
  EXPECT_THAT(onlyJob().reason, HasSubstr("lists image a-3 and has no file of it"));
  EXPECT_THAT(reconsidered, IsEmpty());
  nowMs += 1000000;
  takeOne();
  EXPECT_EQ(onlyJob().state, JobState::dead);
  EXPECT_EQ(onlyJob().cause, "archive");
}

TEST_F(DispatcherTest, AServiceThatStopsDoesNotWaitForTheHashesOfAllImages) {
  submit("a");
  int hashes = 0;
  archive.onHash = [&] {
    ++hashes;
    stopper.request_stop();
  };
  takeOne();
  EXPECT_EQ(hashes, 1);
  EXPECT_EQ(onlyJob().state, JobState::queued);
  EXPECT_EQ(onlyJob().attempts, 0);
}

TEST_F(DispatcherTest, CancellingEndsTheWork) {
  const std::string id = submit();
  outcome = failed("cancelled");
  bool ended = false;
  during = [&](const ProgressCallback& progress) {
    store->cancel(id, "an operator said so");
    try {
      for (int i = 0; i < 200; ++i) {  // a heartbeat goes out about once a second
        progress(0.5, "computing");
        ::usleep(20000);
      }
    } catch (const CancelledError&) {
      ended = true;
    }
  };
  takeOne();
  EXPECT_TRUE(ended);
  EXPECT_EQ(onlyJob().state, JobState::cancelled);
  EXPECT_EQ(onlyJob().reason, "an operator said so");
}

TEST_F(DispatcherTest, StoppingTheServiceGivesTheJobBackUncounted) {
  submit();
  outcome = failed("the worker was stopped");
  during = [&](const ProgressCallback& progress) {
    stopper.request_stop();
    EXPECT_THROW(progress(0.5, "computing"), CancelledError);
  };
  takeOne();
  EXPECT_EQ(onlyJob().state, JobState::queued);
  EXPECT_EQ(onlyJob().attempts, 0);
}

TEST_F(DispatcherTest, AJobIsComputedWithThePackageThatItIsRecordedUnder) {
  submit();
  takeOne();
  EXPECT_EQ(request.packageSha256, "package");
}

TEST_F(DispatcherTest, AJobForAPackageThatWasReplacedBecomesOneForTheNewPackage) {
  const std::string old = submit("a");
  package = inUse.sha256 = "new package";
  EXPECT_TRUE(takeOne());
  EXPECT_EQ(request.jobId, "");  // nothing was computed
  EXPECT_EQ(store->job(old)->state, JobState::cancelled);
  EXPECT_THAT(store->job(old)->reason, HasSubstr("model package"));
  ASSERT_THAT(reconsidered, ElementsAre("a"));
  const std::string next = planner->analyze("a").jobId;  // as the intake does
  EXPECT_NE(next, old);
  EXPECT_EQ(store->job(next)->submission.packageSha256, "new package");
  takeOne();
  EXPECT_EQ(request.packageSha256, "new package");
}

TEST_F(DispatcherTest, WhenTheOldPackageComesBackItsJobsDoToo) {
  const std::string old = submit("a");
  package = inUse.sha256 = "new package";
  takeOne();
  package = inUse.sha256 = "package";
  EXPECT_EQ(planner->analyze("a").jobId, old);
  takeOne();
  EXPECT_EQ(request.packageSha256, "package");
}

TEST_F(DispatcherTest, WithoutAUsablePackageJobsWaitAndTheReasonIsTold) {
  submit();
  inUse.problem = "the model package cannot be used: it lacks weights.safetensors";
  EXPECT_THROW(takeOne(), ResourceError);  // run() keeps it as its trouble and tries again
  EXPECT_EQ(onlyJob().state, JobState::queued);
  EXPECT_EQ(onlyJob().attempts, 0);
}

TEST_F(DispatcherTest, AJobIsComputedWithThePackageThatItsRuleNames) {
  others = {{"package of 3t", "", "3t", "/models/3t"}};
  useRules(threeTesla);
  submit("a");
  EXPECT_EQ(onlyJob().submission.packageSha256, "package of 3t");
  EXPECT_THAT(store->decision(onlyJob().id), HasSubstr(R"("package": "3t")"));
  takeOne();
  EXPECT_EQ(request.packageSha256, "package of 3t");
  EXPECT_EQ(request.packageFolder, "/models/3t");
}

TEST_F(DispatcherTest, JobsForAPackageThatCannotBeUsedWaitAndTheOthersGoOn) {
  others = {{"package of 3t", "it lacks weights.safetensors", "3t", "/models/3t"}};
  useRules(threeTesla);
  const std::string waiting = submit("a");
  useRules(everyMrSeries);
  archive.addSeries("b", "another", 2, 3);
  archive.becomeStable("b");
  const std::string other = planner->analyze("b").jobId;
  EXPECT_TRUE(takeOne());
  EXPECT_EQ(request.jobId, other);
  EXPECT_THROW(takeOne(), ResourceError);  // nothing else is left, and it is told why
  EXPECT_EQ(store->job(waiting)->state, JobState::queued);
  EXPECT_EQ(store->job(waiting)->attempts, 0);
  others[0].problem.clear();
  EXPECT_TRUE(takeOne());
  EXPECT_EQ(request.jobId, waiting);
}

TEST_F(DispatcherTest, APackageThatCannotBeUsedAndThatNobodyWaitsForIsNoTrouble) {
  others = {{"package of 3t", "it lacks weights.safetensors", "3t", "/models/3t"}};
  EXPECT_FALSE(takeOne());
}

TEST_F(DispatcherTest, AJobWhosePackageIsNoLongerNamedBecomesOneByTheRulesOfNow) {
  useRules(threeTesla);
  const std::string old = submit("a");
  EXPECT_TRUE(takeOne());  // the configuration has no such package any more
  EXPECT_EQ(request.jobId, "");
  EXPECT_EQ(store->job(old)->state, JobState::cancelled);
  EXPECT_THAT(reconsidered, ElementsAre("a"));
}

TEST_F(DispatcherTest, AGroupThatIsTooLargeIsRefusedWithItsSize) {
  submit();
  DispatcherSettings settings;
  settings.largestJobBytes = 10;
  takeOne(settings);
  EXPECT_EQ(onlyJob().state, JobState::notAnalysable);
  EXPECT_THAT(onlyJob().reason, HasSubstr("larger"));
}

TEST_F(DispatcherTest, ALargeGroupIsFetchedOnlyWhereThereIsMemoryForIt) {
  submit();  // 36 bytes
  DispatcherSettings settings;
  settings.largeJobBytes = 10;
  memoryLeft = 71;
  takeOne(settings);
  EXPECT_EQ(request.jobId, "");
  EXPECT_EQ(onlyJob().state, JobState::retry);
  EXPECT_EQ(onlyJob().cause, "memory");
  EXPECT_THAT(onlyJob().reason, HasSubstr("MemoryFloorMiB"));
  nowMs += 1000000;
  memoryLeft = 72;
  takeOne(settings);
  EXPECT_EQ(onlyJob().state, JobState::storing);
}

// A second slot of the same service.
Dispatcher secondOf(Archive& archive, JobStore& store, MemoryPromises& memory,
                    std::atomic<bool>& isAnalysing) {
  DispatcherDuties duties;
  duties.analyze = [&](const AnalysisRequest&, const ProgressCallback&, const HintCallback&) {
    isAnalysing = true;
    AnalysisOutcome outcome;
    outcome.kind = OutcomeKind::notAnalysable;
    return outcome;
  };
  duties.onOtherSource = [](const std::string&) {};
  duties.log = [](LogLevel, const std::string&) {};
  duties.memory = &memory;
  DispatcherSettings settings;
  settings.largeJobBytes = 10;
  return Dispatcher(archive, store, duties, settings);
}

class TwoLargeGroups : public DispatcherTest {
 protected:
  TwoLargeGroups() {
    for (const char* name : {"a", "b"}) {
      archive.addSeries(name, std::string("study of ") + name, 2, 3);  // 36 bytes
      archive.becomeStable(name);
      planner->analyze(name);
    }
  }
  // The first is computed while the second is taken, by a thread of its own.
  void takeBoth() {
    during = [this](const ProgressCallback&) {
      second = std::thread([this] {
        secondOf(archive, *store, memory, secondIsAnalysing).takeOne(stopper.get_token());
      });
      while (countOf(JobState::leased) < 2 && !secondIsAnalysing) std::this_thread::yield();
      if (whileBothAreLeased) whileBothAreLeased();
      std::this_thread::sleep_for(std::chrono::milliseconds(300));
      secondBeganBeside = secondIsAnalysing;
    };
    DispatcherSettings settings;
    settings.largeJobBytes = 10;
    takeOne(settings);
    second.join();
  }
  std::size_t countOf(JobState state) {
    JobStore::ListFilter filter;
    filter.state = state;
    return store->list(filter).size();
  }

  std::thread second;
  std::function<void()> whileBothAreLeased;
  std::atomic<bool> secondIsAnalysing{false};
  bool secondBeganBeside = false;
};

TEST_F(TwoLargeGroups, AreNotPromisedTheSameMemory) {
  memoryLeft = 100;  // for one of them
  takeBoth();
  EXPECT_FALSE(secondBeganBeside);
  EXPECT_TRUE(secondIsAnalysing);  // when the first had ended
  EXPECT_EQ(countOf(JobState::storing), 1U);
  EXPECT_EQ(countOf(JobState::notAnalysable), 1U);
}

TEST_F(TwoLargeGroups, AreComputedBesideEachOtherWhereThereIsMemoryForBoth) {
  memoryLeft = 144;
  takeBoth();
  EXPECT_TRUE(secondBeganBeside);
}

TEST_F(TwoLargeGroups, TheOneThatWaitsGoesBackToTheQueueWhenTheServiceStops) {
  memoryLeft = 100;
  whileBothAreLeased = [this] { stopper.request_stop(); };
  takeBoth();
  EXPECT_FALSE(secondIsAnalysing);
  EXPECT_EQ(countOf(JobState::queued), 1U);
}

TEST_F(DispatcherTest, AnArchiveThatCannotBeReadIsAFailureThatIsRetried) {
  submit("a");
  const JobRecord before = onlyJob();
  outcome = failed("unused");
  DispatcherDuties duties;
  duties.analyze = [](const AnalysisRequest&, const ProgressCallback&,
                      const HintCallback&) -> AnalysisOutcome { throw ResourceError("no memory"); };
  duties.log = logCallback();
  duties.onOtherSource = [](const std::string&) {};
  Dispatcher(archive, *store, duties).takeOne(stopper.get_token());
  EXPECT_EQ(onlyJob().state, JobState::retry);
  EXPECT_EQ(onlyJob().reason, "no memory");
}

}  // namespace
}  // namespace cmr
