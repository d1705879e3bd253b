// What a worker is held to: how long it may take and be silent, how much memory it may hold, and
// how soon another is started after it was lost.
#pragma once

#include <chrono>
#include <cstdint>

#include "plugin/failure_cause.h"
#include "plugin/framed_socket.h"

namespace cmr {

// From its construction on, with one answer.
class WorkerPatience {
 public:
  // what: "to start", for the sentence.
  WorkerPatience(std::chrono::seconds allowed, std::chrono::milliseconds silence, const char* what);

  TimePoint until() const { return until_; }
  void hears() { lastSign_ = std::chrono::steady_clock::now(); }
  void nobodyListened(std::chrono::steady_clock::duration time) { lastSign_ += time; }
  // heard: it gave a sign of life just now. Throws WorkerTrouble when it took too long, with the
  // cause `late`, or was silent for too long.
  void check(bool heard, FailureCause late);

 private:
  std::chrono::seconds allowed_;
  std::chrono::milliseconds silence_;
  const char* what_;
  TimePoint until_;
  TimePoint lastSign_;
};

// Throws WorkerTrouble above the ceiling; 0: there is none.
void checkResidentMemory(std::uint64_t residentBytes, std::uint64_t ceilingBytes);

// Between the loss of a worker and the start of the next: none after the first failure, then
// `first`, doubled with each further failure in a row, at most `largest`.
std::chrono::milliseconds backOffAfter(int failuresInARow, std::chrono::milliseconds first,
                                       std::chrono::milliseconds largest);

}  // namespace cmr
