#include "plugin/forwarder.h"

#include <chrono>
#include <utility>

#include "plugin/guarded_round.h"

namespace cmr {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds longestSendPause{1000};  // a delivery may become due

std::string nameOf(const Delivery& delivery) {
  const char* const what =
      delivery.kind == DeliveryKind::notice ? "the notice about" : "results of";
  return std::string(what) + " job " + delivery.jobId + " to " + delivery.destination;
}

}  // namespace

Forwarder::Forwarder(DeliveryQueue& queue, std::vector<Lane> lanes, LogCallback log)
    : queue_(queue), lanes_(std::move(lanes)), log_(std::move(log)) {
  for (std::size_t i = 0; i < lanes_.size(); ++i) bells_.push_back(std::make_unique<Doorbell>());
}

Forwarder::~Forwarder() { stop(); }

void Forwarder::start() {
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    threads_.emplace_back(
        [this, i](const std::stop_token& stop) { run(lanes_[i], *bells_[i], stop); });
  }
}

void Forwarder::stop() {
  for (std::jthread& thread : threads_) thread.request_stop();
  for (std::jthread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void Forwarder::ring() {
  for (const auto& bell : bells_) bell->ring();
}

std::vector<std::string> Forwarder::destinations() const {
  std::vector<std::string> names;
  for (const Lane& lane : lanes_) names.push_back(lane.destination);
  return names;
}

std::string Forwarder::trouble(const Lane& lane) const {
  const std::lock_guard lock(mutex_);
  const auto found = trouble_.find({lane.kind, lane.destination});
  return found == trouble_.end() ? std::string() : found->second;
}

void Forwarder::setTrouble(const Lane& lane, const std::string& trouble) {
  const std::lock_guard lock(mutex_);
  std::string& known = trouble_[{lane.kind, lane.destination}];
  if (!trouble.empty() && trouble != known) {
    log_(LogLevel::warning, "destination " + lane.destination +
                                " does not take what is sent, trying again: " + trouble);
  }
  known = trouble;
}

void Forwarder::run(const Lane& lane, Doorbell& bell, const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    guardedRound([&] { deliverDue(lane, stop); },
                 [&](const std::string& trouble) {  // of the database: a full disk
                   if (!trouble.empty()) setTrouble(lane, trouble);
                 });
    bell.wait(stop, longestSendPause);
  }
}

// After a failure there is a pause: a receiver that is away is not asked for everything at once.
void Forwarder::deliverDue(const Lane& lane, const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const auto delivery = queue_.next(lane.kind, lane.destination);
    if (!delivery || !deliverOne(lane, *delivery, stop)) return;
  }
}

bool Forwarder::deliverOne(const Lane& lane, const Delivery& delivery,
                           const std::stop_token& stop) {
  DeliveryOutcome outcome;
  try {
    outcome = lane.deliver(delivery, stop);
  } catch (const std::exception& error) {
    outcome = {DeliveryOutcome::Kind::failed, error.what()};
  }
  switch (outcome.kind) {
    case DeliveryOutcome::Kind::sent:
      queue_.finish(delivery.id);
      setTrouble(lane, {});
      log_(LogLevel::info, nameOf(delivery) + ", sent");
      return true;
    case DeliveryOutcome::Kind::pointless:
      queue_.cancel(delivery.id, outcome.reason);
      log_(LogLevel::warning, nameOf(delivery) + ", not sent: " + outcome.reason);
      return true;
    case DeliveryOutcome::Kind::interrupted:
      return true;
    case DeliveryOutcome::Kind::failed:
      break;
  }
  setTrouble(lane, outcome.reason);
  if (queue_.fail(delivery.id, outcome.reason) == DeliveryState::dead) {
    log_(LogLevel::error, nameOf(delivery) + ", given up: " + outcome.reason);
  }
  return false;
}

}  // namespace cmr
