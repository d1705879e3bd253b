// What the service tells of itself: its status in one document, and its measures.
#include <chrono>

#include "plugin/database_size.h"
#include "plugin/rest_rules.h"
#include "plugin/service.h"

namespace cmr {
namespace {

nlohmann::json resourcesJson(const FreeResources& free) {
  nlohmann::json disks = nlohmann::json::array();
  for (const FreeDisk& disk : free.disks) {
    disks.push_back({{"folder", disk.folder}, {"freeBytes", disk.bytes}});
  }
  nlohmann::json json{{"disks", disks}, {"memoryBytes", nullptr}};
  if (free.memoryBytes) json["memoryBytes"] = *free.memoryBytes;
  return json;
}

nlohmann::json intakeJson(const IntakeStatus& intake) {
  return {{"lastChange", intake.lastChange},
          {"unsettledInstances", intake.unsettled},
          {"waitingForStudy", intake.waitingForStudy},
          {"waitingForHours", intake.waitingForHours},
          {"submitted", intake.submitted},
          {"skipped", intake.skipped},
          {"lastSkipped", intake.lastSkipped},
          {"trouble", intake.trouble}};
}

nlohmann::json deliveriesJson(const Forwarder& forwarder, DeliveryQueue& queue) {
  const std::vector<DeliveryQueue::Depth> depths = queue.depths();
  nlohmann::json list = nlohmann::json::array();
  for (const Forwarder::Lane& lane : forwarder.lanes()) {
    nlohmann::json entry{{"name", lane.destination},
                         {"kind", deliveryKindName(lane.kind)},
                         {"trouble", forwarder.trouble(lane)}};
    for (const char* state : {"waiting", "sent", "dead", "cancelled"}) entry[state] = 0;
    for (const DeliveryQueue::Depth& depth : depths) {
      if (depth.kind != lane.kind || depth.destination != lane.destination) continue;
      entry[deliveryStateName(depth.state)] = depth.count;
    }
    list.push_back(std::move(entry));
  }
  return list;
}

nlohmann::json packageJson(const PackageInUse& package, SilentHeadsMemory& silentHeads) {
  return {{"folder", package.folder},
          {"sha256", package.sha256},
          {"problem", package.problem},
          {"silentHeads", silentHeads.of(package.folder, package.sha256)}};
}

nlohmann::json packagesJson(const std::vector<PackageInUse>& packages,
                            SilentHeadsMemory& silentHeads) {
  nlohmann::json list = nlohmann::json::array();
  for (const PackageInUse& one : packages) {
    if (one.name.empty()) continue;
    nlohmann::json json = packageJson(one, silentHeads);
    json["name"] = one.name;
    list.push_back(std::move(json));
  }
  return list;
}

}  // namespace

std::string Service::whyNotClaiming(const FreeResources& free) const {
  switch (store_.mode()) {
    case JobStore::Mode::paused:
      return "paused by an operator";
    case JobStore::Mode::draining:
      if (store_.isDrained()) return "drained by an operator";
      break;
    case JobStore::Mode::running:
      break;
  }
  const std::string problem = belowFloor(plan_.floor, free);
  return problem.empty() ? workers_.trouble() : problem;
}

ServiceMeasures Service::measures() const {
  ServiceMeasures measures;
  measures.running = true;
  measures.depths = store_.depths();
  measures.nowMs = std::chrono::duration_cast<std::chrono::milliseconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  measures.outbox = store_.outbox();
  measures.deliveries = deliveries_.depths();
  measures.mode = store_.mode();
  measures.counts = metrics_.counts();
  measures.worker = workers_.together();
  measures.gpuMemory = workers_.gpuMemory();
  measures.intake = intake_.status();
  measures.floor = plan_.floor;
  measures.free = measureResources(plan_.floor.folders);
  measures.claiming = whyNotClaiming(measures.free).empty();
  return measures;
}

nlohmann::json Service::status() const {
  nlohmann::json queue = nlohmann::json::object();
  for (const JobStore::StateCount& entry : store_.counts()) {
    queue[jobStateName(entry.state)] = entry.count;
  }
  const FreeResources free = measureResources(plan_.floor.folders);
  const std::string why = whyNotClaiming(free);
  const std::vector<PackageInUse> packages = packages_.packages();
  const nlohmann::json workers = workers_.json();
  return {{"claiming", why.empty()},
          {"notClaimingBecause", why},
          {"resources", resourcesJson(free)},
          {"worker", workers.front()},
          {"workers", workers},
          {"package", packageJson(packages.front(), silentHeads_)},
          {"packages", packagesJson(packages, silentHeads_)},
          {"defaultPackage", packageChoice_.status()},
          {"rules", rulesSummary(plan_.rules->status())},
          {"jobs", queue},
          {"database", databaseSize(plan_.databasePath)},
          {"viewers", plan_.settings.viewers},
          {"intake", intakeJson(intake_.status())},
          {"worklistFolder", worklistFolderJson(worklistFolder_.status())},
          {"destinations", deliveriesJson(forwarder_, deliveries_)},
          {"dispatcher", {{"trouble", workers_.trouble()}}},
          {"outbox", {{"trouble", outbox_.trouble()}}}};
}

}  // namespace cmr
