// How many jobs an hour a worker does with and without images read ahead (plugin/read_ahead.h): the
// real `cmr worker` with one package and the same series again and again, in turns without and
// with, whose order alternates. One JSON object on standard output. The archive is not in it: what
// the hint reads from there beside the network comes for nothing here.
//
// usage: cmr_read_ahead_rate CMR PACKAGE FOLDER [JOBS] [TURNS] [TASK]
//   FOLDER  a series; JOBS of a turn (4), TURNS of each kind (3)
//   TASK    seg_cine_sax (default); one that the series is not for makes a job of reading and
//           first looks alone
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "plugin/worker_supervisor.h"

namespace cmr {
namespace {

std::vector<InstanceBytes> instancesIn(const std::string& folder) {
  std::vector<InstanceBytes> instances;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream in(entry.path(), std::ios::binary);
    instances.push_back(
        {entry.path().filename().string(), {std::istreambuf_iterator<char>(in), {}}});
  }
  if (instances.empty()) throw std::runtime_error("there is nothing in " + folder);
  return instances;
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

class Bench {
 public:
  Bench(WorkerSupervisor& worker, AnalysisRequest request, int jobs)
      : worker_(worker), request_(std::move(request)), jobs_(jobs) {}

  // Seconds for one job, of a turn.
  double turn(bool readsAhead) {
    const auto start = std::chrono::steady_clock::now();
    for (int job = 0; job < jobs_; ++job) {
      const bool isLast = job + 1 == jobs_;
      run(readsAhead && !isLast ? hint() : HintCallback{});
    }
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / jobs_;
  }

  void run(const HintCallback& hint) {
    const AnalysisOutcome outcome = worker_.run(
        request_, [](double, const std::string&) {}, hint);
    if (outcome.kind == OutcomeKind::failed) throw std::runtime_error(outcome.reason);
    reason_ = outcome.reason;
  }

  const std::string& reason() const { return reason_; }

 private:
  HintCallback hint() {
    return [this]() -> std::optional<ReadHint> {
      return ReadHint{static_cast<std::uint32_t>(request_.instances.size()),
                      [this](std::size_t i) { return std::optional(request_.instances.at(i)); }};
    };
  }

  WorkerSupervisor& worker_;
  const AnalysisRequest request_;
  const int jobs_;
  std::string reason_;
};

nlohmann::json measure(const std::vector<std::string>& arguments) {
  const auto argument = [&](std::size_t i, const char* otherwise) {
    return i < arguments.size() ? arguments[i] : std::string(otherwise);
  };
  WorkerSettings settings;
  settings.executable = arguments.at(1);
  settings.packageFolder = arguments.at(2);
  WorkerSupervisor worker(settings, [](LogLevel level, const std::string& line) {
    if (level != LogLevel::info) std::fprintf(stderr, "%s\n", line.c_str());
  });
  AnalysisRequest request;
  request.jobId = "job";
  request.instances = instancesIn(arguments.at(3));
  request.tasks = {argument(6, "seg_cine_sax")};
  const std::size_t images = request.instances.size();
  Bench bench(worker, std::move(request), std::stoi(argument(4, "4")));
  bench.run({});  // starts the worker
  std::vector<double> without;
  std::vector<double> with;
  std::vector<double> ratios;
  const int turns = std::stoi(argument(5, "3"));
  for (int turn = 0; turn < turns; ++turn) {
    for (const bool readsAhead : {turn % 2 == 1, turn % 2 == 0}) {
      (readsAhead ? with : without).push_back(bench.turn(readsAhead));
    }
    ratios.push_back(without.back() / with.back());
  }
  const WorkerStatus status = worker.status();
  return {{"device", status.device},
          {"instances", images},
          {"secondsPerJob", {{"without", median(without)}, {"with", median(with)}}},
          {"throughputRatios", ratios},
          {"medianRatio", median(ratios)},
          {"hints", {{"used", status.hintsUsed}, {"dropped", status.hintsDropped}}},
          {"reason", bench.reason()}};
}

}  // namespace
}  // namespace cmr

int main(int argc, char** argv) {
  try {
    if (argc < 4) throw std::runtime_error("usage: cmr_read_ahead_rate CMR PACKAGE FOLDER ...");
    std::printf("%s\n", cmr::measure({argv, argv + argc}).dump(2).c_str());
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "cmr_read_ahead_rate: %s\n", error.what());
    return 1;
  }
}
