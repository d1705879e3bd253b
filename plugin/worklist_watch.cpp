#include "plugin/worklist_watch.h"

#include <chrono>
#include <utility>

#include "plugin/guarded_round.h"

namespace cmr {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds lookPause{1000};

}  // namespace

WorklistWatch::WorklistWatch(WorklistFolder& folder, ExamTies& ties, LogCallback log)
    : folder_(folder), ties_(ties), log_(std::move(log)) {}

void WorklistWatch::ring() {
  mayBeNew_ = true;
  bell_.ring();
}

void WorklistWatch::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    bell_.wait(stop, round(stop) ? lookPause : waitAfterTrouble);
  }
}

bool WorklistWatch::round(const std::stop_token& stop) noexcept {
  return guardedRound([&] { bringUpToDate(stop); },
                      [&](const std::string& trouble) { noteTrouble(trouble); });
}

void WorklistWatch::bringUpToDate(const std::stop_token& stop) {
  if (folder_.look(stop)) mayBeNew_ = true;
  if (!mayBeNew_.exchange(false)) return;
  try {
    ties_.tie(stop);
  } catch (...) {
    mayBeNew_ = true;
    throw;
  }
}

void WorklistWatch::noteTrouble(const std::string& trouble) {
  if (!trouble.empty() && trouble != trouble_) {
    log_(LogLevel::error, "the worklist is not up to date, trying again: " + trouble);
  }
  trouble_ = trouble;
}

}  // namespace cmr
