// Scheduled exams that a hospital's system puts into a folder as .wl files: the folder is followed,
// new files are taken in, changed ones again, and what is removed is scheduled no more.
#pragma once

#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>
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
  // folder: empty: there is none. read: the answer of `cmr worklist read FOLDER`; throws.
  WorklistFolder(std::string folder, int expireDays, JobStore& store,
                 std::function<std::string()> read, LogCallback log);

  // To be called often: acts when names, sizes or times in the folder changed, or the day.
  void look();
  WorklistFolderStatus status() const;

 private:
  void takeIn(const nlohmann::json& answer, WorklistFolderStatus& status);

  const std::string folder_;
  const int expireDays_;
  JobStore& store_;
  const std::function<std::string()> read_;
  const LogCallback log_;
  std::string seen_;
  mutable std::mutex mutex_;  // guards the status
  WorklistFolderStatus status_;
};

nlohmann::json worklistFolderJson(const WorklistFolderStatus& status);

// Runs `cmr worklist read FOLDER`. Throws ResourceError when it does not answer in half a minute.
std::string readFolderByProgram(const std::string& program, const std::string& folder);

}  // namespace cmr
