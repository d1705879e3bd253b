// The N-th allocation fails, for N = 1, 2, ... until a call passes untouched (as SQLite tests
// itself): it happened or it changed nothing, and the same call again succeeds. And where memory
// stays away, no exception leaves a thread or a callback: that would end the archive.
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>

#include "plugin/delivery_queue.h"
#include "plugin/rest_routes.h"
#include "plugin/worker_exchange.h"
#include "tests/support/faulty_memory.h"
#include "tests/support/job_store_check.h"
#include "tests/unit/plugin/unthreaded_service.h"

namespace cmr {
namespace {

using test::FaultyMemory;
using test::objectOf;
using test::submissionOf;

constexpr int mostAllocations = 20000;  // a call that makes more than this never ends

// Makes a call again and again, with its first, second, ... allocation failing, until it passes
// untouched. afterFault: looks at what a failed one left behind. Returns how many faults it met.
int untilItPasses(const std::function<void()>& call, const std::function<void()>& afterFault) {
  for (int allocation = 1; allocation <= mostAllocations; ++allocation) {
    bool threw = false;
    {
      const FaultyMemory memory(allocation);
      threw = !UnthreadedService::guarded(call);
    }
    if (!FaultyMemory::failed()) {
      EXPECT_FALSE(threw);
      return allocation - 1;
    }
    if (!threw) return allocation;  // it did without
    afterFault();
    if (::testing::Test::HasFailure()) return allocation;
  }
  ADD_FAILURE() << "it never passes";
  return mostAllocations;
}

// --- the job store ------------------------------------------------------------------------------

std::string seenOf(JobStore& store) {
  std::string text;
  for (const JobRecord& job : store.list({})) {
    text += job.id + " " + jobStateName(job.state) + " " + std::to_string(job.attempts) + " " +
            job.reason + " " + job.stage + " " + job.resultsJson + "\n";
  }
  for (const OutboxObject& waiting : store.pendingObjects(10)) {
    text += waiting.jobId + std::to_string(waiting.position) + waiting.object.bytes + "\n";
  }
  for (const Delivery& delivery : DeliveryQueue(store, 3).list({})) {
    text += delivery.destination + " " + deliveryStateName(delivery.state) + " " +
            std::to_string(delivery.attempts) + " " + std::to_string(delivery.objectsSent) + "\n";
  }
  return text + std::to_string(store.lastChange().value_or(-1));
}

TEST(MemoryFaults, EveryCallOfTheJobStoreHappensOrChangesNothing) {
  const test::TemporaryFolder folder(true);
  JobStoreSettings settings;
  settings.path = (folder.path() / "jobs.db").string();
  std::unique_ptr<JobStore> store;
  std::optional<Lease> lease;
  const auto open = [&] {
    store.reset();
    store = std::make_unique<JobStore>(settings, [] { return std::int64_t{1000}; });
  };
  const auto queue = [&] { return DeliveryQueue(*store, 3); };
  const std::string large(9000, 'x');
  JobSubmission sentOn = submissionOf("a");
  sentOn.destinations = {"pacs", "mirror"};
  const std::vector<std::function<void()>> calls{
      open,
      [&] { store->submit(sentOn); },
      [&] {
        store->submitAll({submissionOf("b"), submissionOf("c"), submissionOf("d")});
      },
      [&] { lease = store->claim("20260101120000"); },
      [&] { store->heartbeat(*lease, 0.5, "a stage with a name of some length"); },
      [&] {
        store->finishAnalysed(*lease, {objectOf("1.1", large), objectOf("1.2", "y")}, "{}");
      },
      [&] { store->markStored(lease->job.id, 0); },
      [&] { store->markStored(lease->job.id, 1); },
      [&] { queue().noteSent(1, "1.1"); },
      [&] { queue().fail(2, "away, for a reason of some length"); },
      [&] { queue().cancel(1, "no more"); },
      [&] { lease = store->claim("20260101120000"); },
      [&] { store->finishFailed(*lease, "it ran out of something at length"); },
      [&] { store->retry(lease->job.id); },
      [&] { lease = store->claim("20260101120000"); },
      [&] { store->release(*lease); },
      [&] { store->setLastChange(7); },
      [&] { store->cancelForResource("series-b", "deleted by somebody somewhere"); },
      [&] {
        store->recordSkipped({"series-z", "study-z", "1.2.3", "no rule wants it", 0});
      },
      [&] { store->setMode(JobStore::Mode::draining); },
      [&] { store->outdatedResults(); },
      open,
  };
  int faults = 0;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    SCOPED_TRACE("call " + std::to_string(i));
    const std::string before = store && i + 1 < calls.size() ? seenOf(*store) : "";
    faults += untilItPasses(calls[i], [&] {
      if (before.empty()) return;
      EXPECT_EQ(seenOf(*store), before);
    });
    if (HasFailure()) return;
  }
  EXPECT_GT(faults, 200);
  EXPECT_EQ(test::brokenInvariants(settings.path), "");
}

// --- the service ----------------------------------------------------------------------------

TEST(MemoryFaults, AServiceThatMeetsThemAllStoresTheSameResultsOnce) {
  UnthreadedService service;
  service.arrive("a");
  int faults = 0;
  const auto keepsInvariants = [&] {
    service.nowMs += 10000000;
    EXPECT_EQ(test::brokenInvariants(service.path()), "");
  };
  // One series from its arrival to its results, every turn again until it passes.
  faults += untilItPasses([&] { service.intake->step(service.stop); }, keepsInvariants);
  EXPECT_TRUE(service.settle());
  service.arriveLate("a");
  EXPECT_TRUE(UnthreadedService::guarded([&] { service.intake->step(service.stop); }));
  for (int allocation = 1; service.real.storedObjects().size() < 4; ++allocation) {
    ASSERT_LT(allocation, mostAllocations);
    {
      const FaultyMemory memory(allocation);
      UnthreadedService::guarded([&] { service.dispatcher->takeOne(service.stop); });
      if (FaultyMemory::failed()) ++faults;
    }
    keepsInvariants();
    if (HasFailure()) return;
    if (!FaultyMemory::failed()) service.outbox->storeAll(service.stop);
  }
  EXPECT_TRUE(service.settle());
  EXPECT_EQ(service.real.storedObjects().size(), 2U);
  EXPECT_GT(faults, 50);
}

TEST(MemoryFaults, TheOutboxStoresEverythingOnceThoughMemoryFails) {
  UnthreadedService service;
  service.arrive("a");
  service.intake->step(service.stop);
  ASSERT_TRUE(service.dispatcher->takeOne(service.stop));
  const int faults = untilItPasses([&] { service.outbox->storeAll(service.stop); },
                                   [&] {
                                     service.nowMs += 10000000;
                                     EXPECT_EQ(test::brokenInvariants(service.path()), "");
                                   });
  EXPECT_TRUE(service.settle());
  EXPECT_EQ(service.real.storedObjects().size(), 2U);
  EXPECT_GT(faults, 20);
}

// --- what must never throw
// ------------------------------------------------------------------------

// From its first, second, ... allocation on, until the call makes no more.
template <typename Call>
int withoutMemoryFromEveryMomentOn(const Call& call) {
  for (int allocation = 1; allocation <= mostAllocations; ++allocation) {
    {
      const FaultyMemory memory(allocation, true);
      EXPECT_NO_THROW(call());
    }
    if (!FaultyMemory::failed() || ::testing::Test::HasFailure()) return allocation - 1;
  }
  ADD_FAILURE() << "it never passes";
  return mostAllocations;
}

// It moves what is nested into a vector first: an exception there would end the archive.
TEST(MemoryFaults, ADocumentIsTakenApartWithoutMemory) {
  nlohmann::json row{{"a", {1, 2, {{"b", "a text that needs memory of its own"}}}}};
  auto document = std::make_unique<nlohmann::json>(nlohmann::json::array());
  for (int i = 0; i < 20000; ++i) document->push_back(row);
  {
    const FaultyMemory memory(1, true);
    document.reset();
    EXPECT_TRUE(FaultyMemory::failed());
  }
  {
    const FaultyMemory memory(1, true);
    EXPECT_THROW(nlohmann::json{row}, std::bad_alloc) << "making one is another matter";
  }
}

// Logs as Orthanc's log does: in words that take memory.
LogCallback wordyLog() {
  return [](LogLevel, const std::string& line) { std::string(line + ", said the plugin"); };
}

TEST(MemoryFaults, ThreadsOfTheServiceOutliveAnyShortageOfMemory) {
  UnthreadedService service;
  service.arrive("a");
  DispatcherDuties duties;
  duties.analyze = [&](const AnalysisRequest& request, const ProgressCallback& progress,
                       const HintCallback& hint) {
    UnthreadedService::takeHint(hint);
    return service.analyzed(request, progress);
  };
  duties.onResults = [] {};
  duties.onOtherSource = [](const std::string&) {};
  duties.log = wordyLog();
  Intake intake(service.archive, *service.store, *service.planner, 0, wordyLog(), [] {});
  Dispatcher dispatcher(service.archive, *service.store, duties, {.readAhead = true});
  Outbox outbox(service.archive, *service.store, wordyLog(),
                [&] { service.superseder->removeOutdated(); });
  // By itself each says noexcept: what would leave it ends this test.
  const auto later = [&] { service.nowMs += 10000000; };
  int rounds = withoutMemoryFromEveryMomentOn([&] { intake.round(service.stop); });
  rounds += withoutMemoryFromEveryMomentOn([&] {
    later();
    dispatcher.round(service.stop);
  });
  rounds += withoutMemoryFromEveryMomentOn([&] {
    later();
    outbox.round(service.stop);
  });
  EXPECT_GT(rounds, 100);
  EXPECT_TRUE(service.settle());
  EXPECT_EQ(service.real.storedObjects().size(), 2U);
  EXPECT_EQ(test::brokenInvariants(service.path()), "");
}

// Answers are made of documents, which are made and taken apart without memory here.
TEST(MemoryFaults, EveryAnswerOverRestOutlivesAnyShortageOfMemory) {
  UnthreadedService service;
  service.arrive("a");
  ASSERT_TRUE(service.settle());
  const std::string job = service.store->list({}).front().id;
  RestContext context;
  const nlohmann::json status{{"state", "running"}, {"workers", {{{"slot", 1}}, {{"slot", 2}}}}};
  context.status = [&] { return status; };
  context.store = service.store.get();
  context.planner = service.planner.get();
  context.rules = service.rules.get();
  context.ring = [] {};
  int faults = 0;
  for (const char* const path :
       {"/cmr/status", "/cmr/jobs", "/cmr/jobs/JOB", "/cmr/jobs/JOB/results", "/cmr/skipped",
        "/cmr/queue", "/cmr/rules", "/cmr/series/a/explain", "/cmr/studies/study",
        "/cmr/nothing"}) {
    RestRequest request{"GET", path, {}};
    if (const std::size_t at = request.path.find("JOB"); at != std::string::npos) {
      request.path.replace(at, 3, job);
    }
    SCOPED_TRACE(request.path);
    const int usual = answerRest(request, context).status;
    faults += withoutMemoryFromEveryMomentOn([&] { answerRest(request, context); });
    int allocation = 1;
    for (; allocation <= mostAllocations; ++allocation) {
      const FaultyMemory memory(allocation);
      answerRest(request, context);
      if (!FaultyMemory::failed()) break;
    }
    EXPECT_LE(allocation, mostAllocations) << "it never passes";
    faults += allocation - 1;
    EXPECT_EQ(answerRest(request, context).status, usual) << "it is as it was before";
  }
  EXPECT_GT(faults, 1000);
}

}  // namespace
}  // namespace cmr
