// The service's metrics in Prometheus' text format, version 0.0.4
// (https://prometheus.io/docs/instrumenting/exposition_formats/), and the few that Orthanc's own
// metrics hold as well. Labels are of fixed sets: no identifier of a patient, a study or a job.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "plugin/delivery_queue.h"
#include "plugin/intake.h"
#include "plugin/resource_floor.h"
#include "plugin/service_metrics.h"
#include "plugin/worker_supervisor.h"

namespace cmr {

inline constexpr const char* prometheusType = "text/plain; version=0.0.4; charset=utf-8";

struct ServiceMeasures {
  bool running = false;  // the service; when it does not, the rest is empty
  std::vector<JobStore::Depth> depths;
  std::int64_t nowMs = 0;  // Unix time
  JobStore::Waiting outbox;
  std::vector<DeliveryQueue::Depth> deliveries;
  JobStore::Mode mode = JobStore::Mode::running;
  bool claiming = true;  // no floor, pause or package in the way
  ServiceMetrics::Counts counts;
  WorkerStatus worker;                 // all of them together
  std::map<int, GpuMemory> gpuMemory;  // by slot; empty without GPUs
  IntakeStatus intake;
  ResourceFloor floor;
  FreeResources free;
};

std::string prometheusText(const ServiceMeasures& measures);

// Name without labels and value, for a registry that has no labels (OrthancPluginSetMetricsValue).
std::vector<std::pair<std::string, double>> plainMetrics(const ServiceMeasures& measures);

}  // namespace cmr
