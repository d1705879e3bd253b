#include "plugin/worklist_folder.h"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <utility>

#include "analysis/errors.h"
#include "plugin/worklist_entry.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

// Reading takes a process, and up to half a minute of it.
constexpr std::int64_t pauseAfterFailureMs = 30000;

std::int64_t steadyMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// Of the files' names, sizes and times; of the folder's error when it cannot be read.
std::string stampOf(const std::string& folder) {
  std::vector<std::string> lines;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (at->path().extension() != ".wl") continue;
    struct stat found {};
    if (::lstat(at->path().c_str(), &found) != 0) continue;
    lines.push_back(at->path().filename().string() + " " + std::to_string(found.st_size) + " " +
                    std::to_string(found.st_ino) + " " + std::to_string(found.st_mtim.tv_sec) +
                    "." + std::to_string(found.st_mtim.tv_nsec));
  }
  if (error) lines.push_back(error.message());
  std::sort(lines.begin(), lines.end());
  std::string all;
  for (const std::string& line : lines) all += line + "\n";
  return all;
}

}  // namespace

WorklistFolder::WorklistFolder(std::string folder, int expireDays, JobStore& store, Reader read,
                               LogCallback log, MonotonicMs clock)
    : folder_(std::move(folder)),
      expireDays_(expireDays),
      store_(store),
      read_(std::move(read)),
      log_(std::move(log)),
      clock_(clock ? std::move(clock) : MonotonicMs(steadyMs)) {}

void WorklistFolder::takeIn(const Json& answer, WorklistFolderStatus& status) {
  const std::string oldest = dateBeforeToday(expireDays_);
  std::vector<std::string> there;
  for (const Json& one : answer.at("files")) {
    const std::string name = one.at("file").get<std::string>();
    std::string reason = one.value("error", std::string());
    ++status.files;
    try {
      if (reason.empty()) {
        const JobStore::ScheduledExam exam = worklistEntryOfFile(one.at("entry"));
        if (exam.startDate < oldest) {
          ++status.expired;
          continue;
        }
        reason = store_.importExam(exam, name);
      }
    } catch (const InputError& error) {
      reason = error.what();
    }
    there.push_back(name);
    if (reason.empty()) {
      ++status.entries;
    } else {
      status.refused.push_back({name, reason});
    }
  }
  store_.withdrawExams(there);
}

bool WorklistFolder::look(const std::stop_token& stop) {
  if (folder_.empty()) return false;
  std::string now = dateBeforeToday(0) + "\n" + stampOf(folder_);
  const bool isTryDue = nextTryMs_ && clock_() >= *nextTryMs_;
  if (now == seen_ && !isTryDue) return false;
  WorklistFolderStatus status;
  bool isToBeTriedAgain = false;
  try {
    takeIn(Json::parse(read_(stop)), status);
  } catch (const CancelledError&) {
    return false;
  } catch (const Json::exception& error) {
    status.problem = std::string("the answer about the folder was not understood: ") + error.what();
  } catch (const InputError& error) {
    status.problem = error.what();
  } catch (const ResourceError& error) {
    status.problem = error.what();
    isToBeTriedAgain = true;
  }
  nextTryMs_.reset();
  if (isToBeTriedAgain) nextTryMs_ = clock_() + pauseAfterFailureMs;
  seen_ = std::move(now);  // what changed while the files were read is seen the next time
  const std::lock_guard lock(mutex_);
  for (const auto& refused : status.refused) {
    const auto& known = status_.refused;
    if (std::find(known.begin(), known.end(), refused) != known.end()) continue;
    log_(LogLevel::error, "worklist file " + refused.file + " is refused: " + refused.reason);
  }
  if (!status.problem.empty() && status.problem != status_.problem) {
    log_(LogLevel::error, "the worklist's folder cannot be followed: " + status.problem);
  }
  status_ = std::move(status);
  return true;
}

WorklistFolderStatus WorklistFolder::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

Json worklistFolderJson(const WorklistFolderStatus& status) {
  Json refused = Json::array();
  for (const auto& one : status.refused) {
    refused.push_back({{"file", one.file}, {"reason", one.reason}});
  }
  return {{"files", status.files},
          {"entries", status.entries},
          {"expired", status.expired},
          {"refused", refused},
          {"problem", status.problem}};
}

}  // namespace cmr
