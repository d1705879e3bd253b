#include "plugin/worker_slots.h"

#include <cstdlib>
#include <system_error>
#include <utility>

#include "plugin/worker_share.h"

namespace cmr {
namespace {

WorkerSettings workerSettings(const Settings& settings, const WorkerShare& share) {
  WorkerSettings worker;
  worker.executable = settings.workerExecutable;
  worker.packageFolder = settings.packageFolder;
  worker.threads = share.threads;
  worker.visibleGpu = share.gpu;
  worker.reportExperimental = settings.reportExperimental;
  worker.allowedScripts = settings.allowedScripts;
  worker.niceness = settings.niceness;
  worker.memoryCeilingBytes = static_cast<std::uint64_t>(settings.workerMemoryMiB) << 20;
  worker.jobDeadline = settings.jobDeadline;
  worker.startDeadline = settings.startDeadline;
  worker.silenceLimit = settings.silenceLimit;
  return worker;
}

const char* stateOf(const WorkerStatus& worker) {
  if (!worker.running) return "stopped";
  if (!worker.ready) return "starting";
  return worker.jobId.empty() ? "ready" : "busy";
}

// Of all jobs since the start of the archive; null before the first.
nlohmann::json batchJson(const BatchCounts& batches) {
  if (batches.largest == 0) return nullptr;
  return {{"size", batches.largest}, {"halvings", batches.halvings}};
}

nlohmann::json workerJson(const WorkerStatus& worker) {
  nlohmann::json json{
      {"running", worker.running},
      {"ready", worker.ready},
      {"processId", worker.processId},
      {"state", stateOf(worker)},
      {"job", worker.jobId},
      {"restarts", worker.restarts},
      {"package", worker.package},
      {"device", worker.device},
      {"lastFailure", worker.lastFailure},
      {"programVersion", worker.programVersion},
      {"confinement", worker.confinement},
      {"libraries", worker.libraries},
      {"residentBytes", worker.residentBytes},
      {"jobsOnProcessor", worker.jobsOnProcessor},
      {"batch", batchJson(worker.batches)},
      {"readAhead", {{"used", worker.hintsUsed}, {"dropped", worker.hintsDropped}}}};
  if (worker.gpu) {
    json["deviceMemoryUsedBytes"] = worker.gpu->usedBytes;
    json["deviceMemoryBytes"] = worker.gpu->totalBytes;
  }
  return json;
}

LogCallback logOf(int slot, int workers, const LogCallback& log) {
  if (workers == 1) return log;
  return [slot, log](LogLevel level, const std::string& line) {
    log(level, "slot " + std::to_string(slot + 1) + ": " + line);
  };
}

}  // namespace

WorkerSlots::WorkerSlots(const Settings& settings, const LogCallback& log,
                         const MakeDispatcher& make) {
  const std::vector<std::string> gpus = usableGpus(std::getenv("CUDA_VISIBLE_DEVICES"));
  const int cores = static_cast<int>(std::thread::hardware_concurrency());
  for (int i = 0; i < settings.workers; ++i) {
    const WorkerShare share = shareOf(i, settings.workers, settings.threads, cores, gpus);
    slots_.push_back(
        std::make_unique<Slot>(workerSettings(settings, share), logOf(i, settings.workers, log)));
    slots_.back()->dispatcher = make(slots_.back()->worker);
  }
}

void WorkerSlots::start() {
  for (const auto& slot : slots_) {
    slot->thread = std::jthread(
        [one = slot.get()](const std::stop_token& stop) { one->dispatcher->run(stop); });
  }
}

void WorkerSlots::requestStop() {
  for (const auto& slot : slots_) slot->thread.request_stop();
}

void WorkerSlots::endWorkers() {
  std::vector<std::jthread> ending;
  for (const auto& slot : slots_) {
    try {
      ending.emplace_back([one = slot.get()] { one->worker.stop(); });
    } catch (const std::system_error&) {  // no thread to be had: one after the other, then
      slot->worker.stop();
    }
  }
}

void WorkerSlots::join() {
  for (const auto& slot : slots_) {
    if (slot->thread.joinable()) slot->thread.join();
  }
}

void WorkerSlots::ring() {
  for (const auto& slot : slots_) slot->dispatcher->ring();
}

std::string WorkerSlots::trouble() const {
  std::string first;
  for (const auto& slot : slots_) {
    const std::string trouble = slot->dispatcher->trouble();
    if (trouble.empty()) return {};
    if (first.empty()) first = trouble;
  }
  return first;
}

nlohmann::json WorkerSlots::json() const {
  nlohmann::json list = nlohmann::json::array();
  for (const auto& slot : slots_) {
    nlohmann::json entry = workerJson(slot->worker.status());
    entry["slot"] = list.size() + 1;
    entry["trouble"] = slot->dispatcher->trouble();
    list.push_back(std::move(entry));
  }
  return list;
}

WorkerStatus WorkerSlots::together() const {
  WorkerStatus sum = slots_.front()->worker.status();
  for (std::size_t i = 1; i < slots_.size(); ++i) {
    const WorkerStatus one = slots_[i]->worker.status();
    sum.running = sum.running || one.running;
    sum.ready = sum.ready || one.ready;
    sum.restarts += one.restarts;
    sum.residentBytes += one.residentBytes;
    sum.jobsOnProcessor += one.jobsOnProcessor;
    sum.batches.add(one.batches);
    sum.hintsUsed += one.hintsUsed;
    sum.hintsDropped += one.hintsDropped;
  }
  return sum;
}

std::map<int, GpuMemory> WorkerSlots::gpuMemory() const {
  std::map<int, GpuMemory> bySlot;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const WorkerStatus one = slots_[i]->worker.status();
    if (one.gpu) bySlot[static_cast<int>(i) + 1] = *one.gpu;
  }
  return bySlot;
}

}  // namespace cmr
