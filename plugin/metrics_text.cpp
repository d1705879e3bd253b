#include "plugin/metrics_text.h"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "analysis/program.h"

namespace cmr {
namespace {

using Labels = std::vector<std::pair<std::string, std::string>>;

constexpr double msPerSecond = 1000;

// Label values escape backslash, quote and line feed.
std::string escaped(const std::string& value) {
  std::string text;
  for (const char c : value) {
    if (c == '\\' || c == '"') text += '\\';
    if (c == '\n') {
      text += "\\n";
    } else {
      text += c;
    }
  }
  return text;
}

std::string number(double value) {
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  std::ostringstream text;
  text.imbue(std::locale::classic());
  text.precision(15);
  text << value;
  return text.str();
}

class Page {
 public:
  void family(const char* name, const char* type, const char* help) {
    name_ = name;
    text_ << "# HELP " << name << ' ' << help << "\n# TYPE " << name << ' ' << type << '\n';
  }
  void sample(const Labels& labels, double value, const char* suffix = "") {
    text_ << name_ << suffix;
    char before = '{';
    for (const auto& [label, content] : labels) {
      text_ << before << label << "=\"" << escaped(content) << '"';
      before = ',';
    }
    if (!labels.empty()) text_ << '}';
    text_ << ' ' << number(value) << '\n';
  }
  void single(const char* name, const char* type, const char* help, double value) {
    family(name, type, help);
    sample({}, value);
  }
  std::string text() const { return text_.str(); }

 private:
  std::string name_;
  std::ostringstream text_;
};

double ageS(const JobStore::Depth& depth, std::int64_t nowMs) {
  if (!depth.oldestSinceMs) return 0;
  return static_cast<double>(std::max<std::int64_t>(nowMs - *depth.oldestSinceMs, 0)) / msPerSecond;
}

bool isOpen(JobState state) {
  return state == JobState::queued || state == JobState::leased || state == JobState::retry ||
         state == JobState::storing;
}

void queue(Page& page, const ServiceMeasures& m) {
  page.family("cmr_jobs", "gauge", "Jobs in the queue's database by state.");
  for (const auto& depth : m.depths) {
    page.sample({{"state", jobStateName(depth.state)}}, static_cast<double>(depth.count));
  }
  page.family("cmr_job_oldest_seconds", "gauge",
              "For how long the oldest job is in this state; 0 when there is none.");
  for (const auto& depth : m.depths) {
    if (isOpen(depth.state)) {
      page.sample({{"state", jobStateName(depth.state)}}, ageS(depth, m.nowMs));
    }
  }
  page.single("cmr_claiming", "gauge",
              "1 while jobs are taken; 0 while paused, below a floor or without a usable package.",
              m.claiming ? 1 : 0);
  page.family("cmr_mode", "gauge", "1 for the mode that was set: running, paused or draining.");
  for (const auto& [name, mode] :
       {std::pair{"running", JobStore::Mode::running}, std::pair{"paused", JobStore::Mode::paused},
        std::pair{"draining", JobStore::Mode::draining}}) {
    page.sample({{"mode", name}}, m.mode == mode ? 1 : 0);
  }
}

void work(Page& page, const ServiceMeasures& m) {
  page.family("cmr_stage_seconds", "histogram", "Durations by stage of the work.");
  for (const ServiceStage stage : allServiceStages) {
    const auto found = m.counts.durations.find(stage);
    const DurationHistogram durations =
        found == m.counts.durations.end() ? DurationHistogram{} : found->second;
    const std::string name = serviceStageName(stage);
    for (std::size_t i = 0; i < durationBoundsS.size(); ++i) {
      page.sample({{"stage", name}, {"le", number(durationBoundsS[i])}},
                  static_cast<double>(durations.upTo[i]), "_bucket");
    }
    page.sample({{"stage", name}, {"le", "+Inf"}}, static_cast<double>(durations.count), "_bucket");
    page.sample({{"stage", name}}, durations.sumS, "_sum");
    page.sample({{"stage", name}}, static_cast<double>(durations.count), "_count");
  }
  page.family("cmr_failures_total", "counter", "Attempts at jobs that failed, by cause.");
  for (const FailureCause cause : allFailureCauses) {
    const auto found = m.counts.failures.find(cause);
    page.sample({{"cause", failureCauseName(cause)}},
                found == m.counts.failures.end() ? 0 : static_cast<double>(found->second));
  }
  page.family("cmr_analyses_total", "counter", "Analyses that came to an end, by outcome.");
  for (const auto& [name, state] : {std::pair{"analysed", JobState::done},
                                    std::pair{"notAnalysable", JobState::notAnalysable}}) {
    const auto found = m.counts.ended.find(state);
    page.sample({{"outcome", name}},
                found == m.counts.ended.end() ? 0 : static_cast<double>(found->second));
  }
}

void storing(Page& page, const ServiceMeasures& m) {
  page.single("cmr_outbox_objects", "gauge", "Result objects that wait to be stored.",
              static_cast<double>(m.outbox.objects));
  page.single("cmr_outbox_bytes", "gauge", "Bytes of the objects that wait to be stored.",
              static_cast<double>(m.outbox.bytes));
  page.single("cmr_store_failures_total", "counter", "Refusals of a result by the archive.",
              static_cast<double>(m.counts.storeFailures));
}

void sendingOn(Page& page, const ServiceMeasures& m) {
  page.family("cmr_deliveries", "gauge",
              "Results and notices that are sent on, by destination and state.");
  for (const DeliveryQueue::Depth& depth : m.deliveries) {
    page.sample({{"kind", deliveryKindName(depth.kind)},
                 {"destination", depth.destination},
                 {"state", deliveryStateName(depth.state)}},
                static_cast<double>(depth.count));
  }
  page.family("cmr_delivery_oldest_seconds", "gauge",
              "For how long the oldest that waits for a destination does so.");
  for (const DeliveryQueue::Depth& depth : m.deliveries) {
    if (depth.state != DeliveryState::waiting) continue;
    const auto age = static_cast<double>(std::max<std::int64_t>(m.nowMs - depth.oldestMs, 0));
    page.sample({{"kind", deliveryKindName(depth.kind)}, {"destination", depth.destination}},
                age / msPerSecond);
  }
}

void gpuMemory(Page& page, const ServiceMeasures& m, const char* name, const char* help,
               std::uint64_t GpuMemory::*bytes) {
  page.family(name, "gauge", help);
  for (const auto& [slot, memory] : m.gpuMemory) {
    page.sample({{"slot", std::to_string(slot)}}, static_cast<double>(memory.*bytes));
  }
}

// What the network was given at once, and what that took of GPUs.
void network(Page& page, const ServiceMeasures& m) {
  const BatchCounts& batches = m.worker.batches;
  page.family("cmr_batch_images", "histogram", "Images that the network computed at once.");
  double upTo = 0;
  for (std::size_t i = 0; i < batches.ofClass.size(); ++i) {
    upTo += static_cast<double>(batches.ofClass[i]);
    const std::string bound = i < batchBounds.size() ? std::to_string(batchBounds[i]) : "+Inf";
    page.sample({{"le", bound}}, upTo, "_bucket");
  }
  page.sample({}, static_cast<double>(batches.images), "_sum");
  page.sample({}, upTo, "_count");
  page.single("cmr_batch_halvings_total", "counter",
              "Batches for which memory gave out and that were halved.",
              static_cast<double>(batches.halvings));
  if (m.gpuMemory.empty()) return;
  gpuMemory(page, m, "cmr_gpu_reserved_bytes", "Memory of its GPU that the worker in a slot holds.",
            &GpuMemory::reservedBytes);
  gpuMemory(page, m, "cmr_gpu_peak_bytes",
            "The most memory of its GPU that a slot's last job had in use at once.",
            &GpuMemory::peakBytes);
  gpuMemory(page, m, "cmr_gpu_used_bytes", "Memory in use on a slot's GPU, by whomsoever.",
            &GpuMemory::usedBytes);
  gpuMemory(page, m, "cmr_gpu_total_bytes", "Memory of a slot's GPU.", &GpuMemory::totalBytes);
}

void processes(Page& page, const ServiceMeasures& m) {
  page.single("cmr_worker_ready", "gauge", "1 while any worker runs and has loaded its package.",
              m.worker.ready ? 1 : 0);
  page.single("cmr_worker_restarts_total", "counter", "Starts of workers after the first of each.",
              m.worker.restarts);
  page.family("cmr_read_ahead_total", "counter",
              "Jobs of which images were read while the one before was computed, by their use.");
  page.sample({{"result", "used"}}, static_cast<double>(m.worker.hintsUsed));
  page.sample({{"result", "dropped"}}, static_cast<double>(m.worker.hintsDropped));
  page.single("cmr_jobs_without_gpu_total", "counter",
              "Jobs that the processor computed, as the memory of a worker's GPU gave out.",
              static_cast<double>(m.worker.jobsOnProcessor));
  page.single("cmr_worker_resident_bytes", "gauge", "Memory of all workers; 0 while none runs.",
              static_cast<double>(m.worker.residentBytes));
  network(page, m);
  page.single("cmr_intake_submitted_total", "counter", "Jobs submitted by the intake.",
              static_cast<double>(m.intake.submitted));
  page.single("cmr_intake_skipped_total", "counter", "Series that were left alone.",
              static_cast<double>(m.intake.skipped));
  page.single("cmr_intake_unsettled_instances", "gauge",
              "Instances that arrived and whose series was not looked at yet.",
              static_cast<double>(m.intake.unsettled));
}

void resources(Page& page, const ServiceMeasures& m) {
  page.family("cmr_disk_free_bytes", "gauge", "Free bytes on the disks of queue and archive.");
  for (const FreeDisk& disk : m.free.disks) {
    page.sample({{"folder", disk.folder}}, static_cast<double>(disk.bytes));
  }
  page.single("cmr_disk_floor_bytes", "gauge", "Below this no job is taken (DiskFloorMiB).",
              static_cast<double>(m.floor.diskBytes));
  if (m.free.memoryBytes) {
    page.single("cmr_memory_available_bytes", "gauge", "Memory that can be taken without swapping.",
                static_cast<double>(*m.free.memoryBytes));
  }
  page.single("cmr_memory_floor_bytes", "gauge", "Below this no job is taken (MemoryFloorMiB).",
              static_cast<double>(m.floor.memoryBytes));
}

}  // namespace

std::string prometheusText(const ServiceMeasures& measures) {
  Page page;
  page.family("cmr_info", "gauge", "1; the program's version.");
  page.sample({{"version", programVersion}}, 1);
  page.single("cmr_up", "gauge", "1 while the service runs; /cmr/status says why it does not.",
              measures.running ? 1 : 0);
  if (!measures.running) return page.text();
  queue(page, measures);
  work(page, measures);
  storing(page, measures);
  sendingOn(page, measures);
  processes(page, measures);
  resources(page, measures);
  return page.text();
}

std::vector<std::pair<std::string, double>> plainMetrics(const ServiceMeasures& measures) {
  std::vector<std::pair<std::string, double>> plain{{"cmr_up", measures.running ? 1 : 0}};
  if (!measures.running) return plain;
  for (const auto& depth : measures.depths) {
    plain.emplace_back("cmr_jobs_" + jobStateName(depth.state), static_cast<double>(depth.count));
    if (depth.state == JobState::queued) {
      plain.emplace_back("cmr_queued_oldest_seconds", ageS(depth, measures.nowMs));
    }
  }
  plain.emplace_back("cmr_claiming", measures.claiming ? 1 : 0);
  plain.emplace_back("cmr_outbox_objects", static_cast<double>(measures.outbox.objects));
  plain.emplace_back("cmr_worker_restarts", measures.worker.restarts);
  return plain;
}

}  // namespace cmr
