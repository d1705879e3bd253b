// The queue's limits: durable submissions, the state of a hundred thousand jobs, the archive's
// callback. On the disk of the folder for temporary files; TMPDIR names another.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "plugin/doorbell.h"
#include "plugin/intake.h"
#include "tests/support/job_store_fixture.h"
#include "tests/unit/plugin/fake_archive.h"

namespace cmr {
namespace {

constexpr int manyJobs = 100000;

JobSubmission numbered(int number) { return test::submissionOf(std::to_string(number)); }

JobStoreSettings settingsIn(const test::TemporaryFolder& folder) {
  JobStoreSettings settings;
  settings.path = (folder.path() / "jobs.db").string();
  return settings;
}

// One transaction, synced to the disk, for every job.
void submitDurably(benchmark::State& state) {
  const test::TemporaryFolder folder(false);
  JobStore store(settingsIn(folder));
  int number = 0;
  for (auto step : state) store.submit(numbered(number++));
  state.SetItemsProcessed(number);
}
BENCHMARK(submitDurably)->Name("queue/submit")->Unit(benchmark::kMicrosecond)->UseRealTime();

// As the intake submits what one page of the change log brought: one transaction, synced to the
// disk, for so many.
void submitTogether(benchmark::State& state) {
  const test::TemporaryFolder folder(false);
  JobStore store(settingsIn(folder));
  int number = 0;
  for (auto step : state) {
    std::vector<JobSubmission> jobs;
    for (int i = 0; i < state.range(0); ++i) jobs.push_back(numbered(number++));
    benchmark::DoNotOptimize(store.submitAll(jobs));
  }
  state.SetItemsProcessed(number);
}
BENCHMARK(submitTogether)
    ->Name("queue/submit together")
    ->Arg(10)
    ->Arg(100)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

JobStore& storeOfManyJobs() {
  static const test::TemporaryFolder folder(true);
  static JobStore store(settingsIn(folder));
  if (store.list({}).empty()) {
    std::vector<JobSubmission> jobs;
    for (int number = 0; number < manyJobs; ++number) jobs.push_back(numbered(number));
    store.submitAll(jobs);
  }
  return store;
}

void countsOfManyJobs(benchmark::State& state) {
  JobStore& store = storeOfManyJobs();
  for (auto step : state) benchmark::DoNotOptimize(store.counts());
}
BENCHMARK(countsOfManyJobs)->Name("queue/counts of 100000 jobs")->Unit(benchmark::kMicrosecond);

void depthsOfManyJobs(benchmark::State& state) {
  JobStore& store = storeOfManyJobs();
  for (auto step : state) benchmark::DoNotOptimize(store.depths());
}
BENCHMARK(depthsOfManyJobs)->Name("queue/depths of 100000 jobs")->Unit(benchmark::kMicrosecond);

void newestOfManyJobs(benchmark::State& state) {
  JobStore& store = storeOfManyJobs();
  for (auto step : state) benchmark::DoNotOptimize(store.list({}));
}
BENCHMARK(newestOfManyJobs)->Name("queue/newest 100 of 100000 jobs")->Unit(benchmark::kMicrosecond);

// A state that few of them are in, as an operator asks for what is dead.
void rareOfManyJobs(benchmark::State& state) {
  JobStore& store = storeOfManyJobs();
  JobStore::ListFilter filter;
  filter.state = JobState::dead;
  for (auto step : state) benchmark::DoNotOptimize(store.list(filter));
}
BENCHMARK(rareOfManyJobs)->Name("queue/dead ones of 100000 jobs")->Unit(benchmark::kMicrosecond);

void claimOfManyJobs(benchmark::State& state) {
  JobStore& store = storeOfManyJobs();
  for (auto step : state) store.release(store.claim("20260101120000").value());
}
BENCHMARK(claimOfManyJobs)
    ->Name("queue/claim and release among 100000 jobs")
    ->Unit(benchmark::kMicrosecond);

// How long each call takes by itself.
class CallTimes {
 public:
  template <typename Call>
  void time(const Call& call) {
    const auto begin = std::chrono::steady_clock::now();
    call();
    us_.push_back(
        std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin)
            .count());
  }
  void report(benchmark::State& state) {
    std::sort(us_.begin(), us_.end());
    state.counters["p50_us"] = us_[us_.size() / 2];
    state.counters["p99_us"] = us_[us_.size() * 99 / 100];
    state.counters["most_us"] = us_.back();
  }

 private:
  std::vector<double> us_;
};

// What the archive's change callback does when nobody waits.
void ringTheBell(benchmark::State& state) {
  Doorbell bell;
  CallTimes times;
  for (auto step : state) times.time([&] { bell.ring(); });
  times.report(state);
}
BENCHMARK(ringTheBell)->Name("callback/ring")->Iterations(100000)->Unit(benchmark::kMicrosecond);

// The callbacks of a change and of a deletion while the intake follows the log, and two other
// threads keep the queue's lock and the disk busy.
void ringUnderLoad(benchmark::State& state) {
  const test::TemporaryFolder folder(false);
  JobStore store(settingsIn(folder));
  FakeArchive archive;
  LiveRules rules("");
  GroupPlanner planner(archive, store, rules,
                       [](const std::string&) { return std::string("package"); });
  Intake intake(
      archive, store, planner, 0, [](LogLevel, const std::string&) {}, [] {});
  std::vector<std::jthread> load;
  load.emplace_back([&](const std::stop_token& stop) { intake.run(stop); });
  load.emplace_back([&](const std::stop_token& stop) {
    for (int number = 0; !stop.stop_requested(); ++number) store.submit(numbered(number));
  });
  load.emplace_back([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) benchmark::DoNotOptimize(store.depths());
  });
  CallTimes times;
  const bool isDeletion = state.range(0) != 0;
  for (auto step : state) {
    times.time([&] { isDeletion ? intake.deleted("nothing of ours") : intake.changed(); });
    std::this_thread::sleep_for(std::chrono::microseconds(50));  // an archive that is busy itself
  }
  times.report(state);
}
BENCHMARK(ringUnderLoad)
    ->Name("callback/under load, of a deletion")
    ->Arg(0)
    ->Arg(1)
    ->Iterations(20000)
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace cmr

BENCHMARK_MAIN();
