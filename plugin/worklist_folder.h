// Scheduled exams that a hospital's system puts into a folder as .wl files: the folder is followed,
// new files are taken in, changed ones again, and what is removed is scheduled no more.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "plugin/job_store.h"
#include "plugin/worker_supervisor.h"

namespace cmr {

struct WorklistFolderStatus {
  struct Refused {
    std::string file;
    std::string reason;
    bool operator==(const Refused&) const = default;
  };
  std::size_t files = 0;
  std::size_t entries = 0;  // that are in the worklist
  std::size_t expired = 0;
  std::vector<Refused> refused;  // what such a file said before, if anything, stays
  std::string problem;           // of the folder as a whole; its entries stay then
};

// Thread ownership: look() of one thread, status() of any.
class WorklistFolder {
 public:
  // folder: empty: there is none. read: the answer of `cmr worklist read FOLDER`; throws, also
  // CancelledError when it is stopped.
  using Reader = std::function<std::string(const std::stop_token&)>;
  // clock: for tests; else a steady one.
  WorklistFolder(std::string folder, int expireDays, JobStore& store, Reader read, LogCallback log,
                 MonotonicMs clock = {});

  // To be called often: acts when names, sizes or times in the folder changed, or the day. When the
  // folder could not be read it is read again, not before half a minute. Stopped half-way it has
  // changed nothing. False: there was nothing to do.
  bool look(const std::stop_token& stop);
  WorklistFolderStatus status() const;

 private:
  struct Said;  // by one file, in one reading
  std::vector<Said> examsIn(const nlohmann::json& answer, WorklistFolderStatus& status) const;
  void takeIn(const std::vector<Said>& files, WorklistFolderStatus& status);
  std::vector<std::string> forgetWhatIsGone(const std::vector<Said>& files);

  const std::string folder_;
  const int expireDays_;
  JobStore& store_;
  const Reader read_;
  const LogCallback log_;
  const MonotonicMs clock_;
  std::string seen_;
  // File -> the exam that it said when it was taken in. A file that says the same again changes
  // nothing: what people changed or deleted since stays so.
  std::map<std::string, JobStore::ScheduledExam> taken_;
  std::optional<std::int64_t> nextTryMs_;  // after a reading that failed
  mutable std::mutex mutex_;               // guards the status
  WorklistFolderStatus status_;
};

nlohmann::json worklistFolderJson(const WorklistFolderStatus& status);

}  // namespace cmr
