// Delivers what waits in the delivery queue: a thread for each destination, so that one that hangs
// holds up nobody else, neither another destination nor the job queue nor the archive.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "plugin/delivery_queue.h"
#include "plugin/doorbell.h"
#include "plugin/worker_supervisor.h"

namespace cmr {

struct DeliveryOutcome {
  enum class Kind {
    sent,
    failed,      // may pass: tried again later
    pointless,   // never will: cancelled
    interrupted  // by the end of the service, or by a cancellation
  };
  Kind kind = Kind::sent;
  std::string reason = {};
};

// Tries once; returns soon after a stop was asked for. What it throws counts as failed.
using Deliver = std::function<DeliveryOutcome(const Delivery&, const std::stop_token&)>;

// Thread ownership: any thread; made and destroyed by one.
class Forwarder {
 public:
  struct Lane {
    DeliveryKind kind = DeliveryKind::results;
    std::string destination;
    Deliver deliver;
  };
  Forwarder(DeliveryQueue& queue, std::vector<Lane> lanes, LogCallback log);
  ~Forwarder();
  Forwarder(const Forwarder&) = delete;
  Forwarder& operator=(const Forwarder&) = delete;

  void start();
  void stop();  // returns when all threads have ended; may be called again
  void ring();
  // What a lane's thread repeats: all that is due there, until the first failure.
  void deliverDue(const Lane& lane, const std::stop_token& stop);

  const std::vector<Lane>& lanes() const { return lanes_; }
  std::vector<std::string> destinations() const;
  std::string trouble(const Lane& lane) const;  // of the last try; empty when it went well

 private:
  void run(const Lane& lane, Doorbell& bell, const std::stop_token& stop);
  bool deliverOne(const Lane& lane, const Delivery& delivery, const std::stop_token& stop);
  void setTrouble(const Lane& lane, const std::string& trouble);

  DeliveryQueue& queue_;
  const std::vector<Lane> lanes_;
  const LogCallback log_;
  mutable std::mutex mutex_;
  std::map<std::pair<DeliveryKind, std::string>, std::string> trouble_;  // guarded by the mutex
  std::vector<std::unique_ptr<Doorbell>> bells_;                         // one for each lane
  std::vector<std::jthread> threads_;  // last: they end before what they use
};

}  // namespace cmr
