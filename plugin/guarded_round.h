// One round of a thread's work. An exception that leaves a thread ends the whole process, the
// archive with it: none does, whatever the work throws, and also when there is no memory left to
// say so.
#pragma once

#include <chrono>
#include <exception>
#include <string>

namespace cmr {

// Before the next round, when one did not go well.
inline constexpr std::chrono::milliseconds waitAfterTrouble{5000};

// Calls work(), then report(sentence): empty when all went well. False when it did not. What
// report() throws is lost.
template <typename Work, typename Report>
bool guardedRound(const Work& work, const Report& report) noexcept {
  bool isWell = true;
  try {
    std::string trouble;
    try {
      work();
    } catch (const std::exception& error) {
      isWell = false;
      trouble = error.what();
    }
    report(trouble);
  } catch (...) {
    isWell = false;
  }
  return isWell;
}

}  // namespace cmr
