// Keeps the worklist up to date on a thread of its own: takes in the exams of its folder, and ties
// exams to studies that are there already. The program that reads the folder may take half a
// minute, and nothing else waits for it.
#pragma once

#include <atomic>
#include <stop_token>
#include <string>

#include "plugin/doorbell.h"
#include "plugin/exam_ties.h"
#include "plugin/worker_supervisor.h"
#include "plugin/worklist_folder.h"

namespace cmr {

// Thread ownership: run() on one thread, ring() from any.
class WorklistWatch {
 public:
  WorklistWatch(WorklistFolder& folder, ExamTies& ties, LogCallback log);

  void run(const std::stop_token& stop);
  bool round(const std::stop_token& stop) noexcept;  // of run(); false: trouble
  void ring();                                       // an exam may be new, or another one now

 private:
  void bringUpToDate(const std::stop_token& stop);
  void noteTrouble(const std::string& trouble);

  WorklistFolder& folder_;
  ExamTies& ties_;
  const LogCallback log_;
  Doorbell bell_;
  std::atomic<bool> mayBeNew_{true};
  std::string trouble_;  // of the thread in run()
};

}  // namespace cmr
