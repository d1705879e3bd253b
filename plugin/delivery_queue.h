// What is sent on after a job has ended, in the job store's database: a complete set of results to
// each destination of its job, and notices of its end. Made in the statement that ends the job (see
// job_schema.cpp), so no crash loses one; kept until it was taken, given up or cancelled.
//
//   waiting -> sent | dead | cancelled        dead -> waiting by an operator
//
// What was on its way when a process ended is sent again: receivers know an object by its UID and a
// notice by its number.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "plugin/job_store.h"

namespace cmr {

enum class DeliveryKind { results, notice };
enum class DeliveryState { waiting, sent, dead, cancelled };
const char* deliveryKindName(DeliveryKind kind);
const char* deliveryStateName(DeliveryState state);
std::optional<DeliveryState> deliveryStateNamed(const std::string& name);

struct Delivery {
  std::int64_t id = 0;
  DeliveryKind kind = DeliveryKind::results;
  std::string jobId;
  std::string destination;
  std::string event;  // jobStateName of the end that it follows
  DeliveryState state = DeliveryState::waiting;
  int attempts = 0;                       // that failed
  std::string reason;                     // of the last failure or cancellation
  std::optional<std::int64_t> retryAtMs;  // Unix time, for people
  std::int64_t createdMs = 0;             // the same
  std::int64_t updatedMs = 0;             // the same
  int objects = 0;                        // of results
  int objectsSent = 0;
};

// Thread ownership: any thread. Throws ResourceError as the store does.
class DeliveryQueue {
 public:
  // maxAttempts: the failure that makes a delivery dead. Back-off is the store's.
  DeliveryQueue(JobStore& store, int maxAttempts);

  // --- those who deliver ---

  // The oldest that is due.
  std::optional<Delivery> next(DeliveryKind kind, const std::string& destination);
  bool isWaiting(std::int64_t id);                          // false: cancelled meanwhile
  std::vector<std::string> unsentObjects(std::int64_t id);  // SOPInstanceUIDs in their order
  void noteSent(std::int64_t id, const std::string& SOPInstanceUID);
  // Each without effect when it no longer waits.
  void finish(std::int64_t id);
  DeliveryState fail(std::int64_t id, const std::string& reason);  // what it became
  void cancel(std::int64_t id, const std::string& reason);

  // Notices that are made from now on: for each name the ends of jobs that it is told of.
  struct NoticeTarget {
    std::string name;
    std::vector<JobState> events;
  };
  void setNoticeTargets(const std::vector<NoticeTarget>& targets);
  // Deliveries that wait for a destination which is no longer configured become dead.
  int giveUpOthers(DeliveryKind kind, const std::vector<std::string>& configured);

  // --- people ---

  std::vector<Delivery> ofJob(const std::string& jobId);  // oldest first
  struct Filter {
    std::optional<DeliveryState> state;
    std::string destination;  // empty: any
    std::size_t limit = 100;
    std::size_t offset = 0;
  };
  std::vector<Delivery> list(const Filter& filter);  // newest first
  // Dead ones wait again, with all their attempts, and waiting ones are due at once. Returns how
  // many. destination: empty for all of `configured`.
  int retry(const std::string& destination, const std::vector<std::string>& configured,
            const Actor& by = {});
  struct Depth {
    DeliveryKind kind = DeliveryKind::results;
    std::string destination;
    DeliveryState state = DeliveryState::waiting;
    std::int64_t count = 0;
    std::int64_t oldestMs = 0;  // Unix time of the oldest one's making
  };
  std::vector<Depth> depths();  // of what is there

 private:
  JobStore& store_;
  const int maxAttempts_;
};

}  // namespace cmr
