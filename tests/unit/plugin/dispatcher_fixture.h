// A dispatcher over an archive of the test's, whose worker answers what the test says.
#pragma once

#include "plugin/dispatcher.h"
#include "tests/unit/plugin/service_fixture.h"

namespace cmr {

class DispatcherTest : public ServiceFixture {
 protected:
  Dispatcher dispatcher(DispatcherSettings settings = {}) {
    DispatcherDuties duties;
    duties.analyze = [this](const AnalysisRequest& given, const ProgressCallback& progress,
                            const HintCallback& hint) {
      request = given;
      hinted = hint ? namesIn(hint()) : std::vector<std::string>{};
      if (during) during(progress);
      return outcome;
    };
    duties.onResults = [this] { ++results; };
    duties.onOtherSource = [this](const std::string& id) { reconsidered.push_back(id); };
    duties.log = logCallback();
    duties.packages = [this] {
      PackagesInUse use;
      use.packages = others;
      use.packages.insert(use.packages.begin(), inUse);
      return use;
    };
    duties.memory = &memory;
    duties.metrics = &metrics;
    duties.admit = [this](const std::string&) -> std::shared_ptr<void> {
      if (!admits) return nullptr;
      return std::make_shared<bool>(true);
    };
    return Dispatcher(archive, *store, duties, settings);
  }
  bool takeOne(DispatcherSettings settings = {}) {
    return dispatcher(settings).takeOne(stopper.get_token());
  }
  static constexpr const char* threeTesla = R"({"schema": 1, "rules": [{"name": "mr",
        "when": [{"tag": "Modality", "equals": "MR"}], "tasks": ["seg_cine_sax"],
        "package": "3t"}]})";
  static std::vector<std::string> namesIn(const std::optional<ReadHint>& hint) {
    std::vector<std::string> names;
    for (std::size_t i = 0; hint && i < hint->instanceCount; ++i) {
      names.push_back(hint->instance(i).value().name);
    }
    return names;
  }
  static std::vector<std::string> namesIn(const AnalysisRequest& of) {
    std::vector<std::string> names;
    for (const InstanceBytes& instance : of.instances) names.push_back(instance.name);
    return names;
  }
  static AnalysisOutcome analysed() {
    AnalysisOutcome outcome;
    outcome.kind = OutcomeKind::analysed;
    outcome.resultsJson = "{}";
    outcome.objects = {{ObjectKind::segmentation, "1.1", "1.1.1", "1.1.2", "seg"}};
    return outcome;
  }
  static AnalysisOutcome failed(const std::string& reason) {
    AnalysisOutcome outcome;
    outcome.reason = reason;
    return outcome;
  }

  AnalysisOutcome outcome = analysed();
  AnalysisRequest request;
  std::vector<std::string> hinted;  // images of the next job that the worker could have
  PackageInUse inUse{"package", ""};
  std::vector<PackageInUse> others;
  std::function<void(const ProgressCallback&)> during;
  std::optional<std::uint64_t> memoryLeft;
  MemoryPromises memory{[this] { return memoryLeft; }};
  ServiceMetrics metrics;
  bool admits = true;  // the circuit breaker
  int results = 0;
  std::vector<std::string> reconsidered;
};

}  // namespace cmr
