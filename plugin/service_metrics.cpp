#include "plugin/service_metrics.h"

#include <algorithm>

namespace cmr {

const char* serviceStageName(ServiceStage stage) {
  switch (stage) {
    case ServiceStage::wait:
      return "wait";
    case ServiceStage::fetch:
      return "fetch";
    case ServiceStage::analyze:
      return "analyze";
    case ServiceStage::store:
      return "store";
  }
  return "";
}

void ServiceMetrics::took(ServiceStage stage, double seconds) {
  const double length = std::max(seconds, 0.0);
  const std::lock_guard lock(mutex_);
  DurationHistogram& histogram = counts_.durations[stage];
  for (std::size_t i = 0; i < durationBoundsS.size(); ++i) {
    if (length <= durationBoundsS[i]) ++histogram.upTo[i];
  }
  ++histogram.count;
  histogram.sumS += length;
}

void ServiceMetrics::failed(FailureCause cause) {
  const std::lock_guard lock(mutex_);
  ++counts_.failures[cause];
}

void ServiceMetrics::ended(JobState state) {
  const std::lock_guard lock(mutex_);
  ++counts_.ended[state];
}

void ServiceMetrics::storeFailed() {
  const std::lock_guard lock(mutex_);
  ++counts_.storeFailures;
}

ServiceMetrics::Counts ServiceMetrics::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

}  // namespace cmr
