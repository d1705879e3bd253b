// The queue's limits: durable submissions, the state of a hundred thousand jobs, the archive's
// callback. On the disk of the folder for temporary files; TMPDIR names another.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "plugin/doorbell.h"
#include "tests/support/job_store_fixture.h"

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

JobStore& storeOfManyJobs() {
  static const test::TemporaryFolder folder(true);
  static JobStore store(settingsIn(folder));
  if (store.list({}).empty()) {
    for (int number = 0; number < manyJobs; ++number) store.submit(numbered(number));
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

void claimOfManyJobs(benchmark::State& state) {
  JobStore& store = storeOfManyJobs();
  for (auto step : state) store.release(store.claim("20260101120000").value());
}
BENCHMARK(claimOfManyJobs)
    ->Name("queue/claim and release among 100000 jobs")
    ->Unit(benchmark::kMicrosecond);

// What the archive's change callback does, every call timed by itself.
void ringTheBell(benchmark::State& state) {
  Doorbell bell;
  std::vector<double> microseconds;
  for (auto step : state) {
    const auto begin = std::chrono::steady_clock::now();
    bell.ring();
    microseconds.push_back(
        std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin)
            .count());
  }
  std::sort(microseconds.begin(), microseconds.end());
  state.counters["p99_us"] = microseconds[microseconds.size() * 99 / 100];
  state.counters["most_us"] = microseconds.back();
}
BENCHMARK(ringTheBell)->Name("callback/ring")->Iterations(100000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace cmr

BENCHMARK_MAIN();
