// What `cmr finetune` tells while a network or its own head trains: lines on standard output, and
// one JSON object a line in the run's log.jsonl.
#pragma once

#include <string>

#include "models/run_log.h"
#include "models/trainer.h"

namespace cmr {

// One line on standard output and one in the log.
void tellProgress(RunLog& log, const TrainingProgress& progress);

class TrainingConsole final : public TrainingReport {
 public:
  // Throws ResourceError when the log cannot be written.
  explicit TrainingConsole(const std::string& logPath) : log_(logPath) {}

  void progress(const TrainingProgress& progress) override { tellProgress(log_, progress); }
  // The first look's error is left out where it is no number.
  void validated(const ValidationScore& score, bool best) override;

 private:
  RunLog log_;
};

}  // namespace cmr
