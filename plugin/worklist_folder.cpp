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

struct WorklistFolder::Said {
  std::string file;
  std::optional<JobStore::ScheduledExam> exam;
  std::string problem;  // why there is none
};

// Those that are not over.
std::vector<WorklistFolder::Said> WorklistFolder::examsIn(const Json& answer,
                                                          WorklistFolderStatus& status) const {
  const std::string oldest = dateBeforeToday(expireDays_);
  std::vector<Said> files;
  for (const Json& one : answer.at("files")) {
    Said said{one.at("file").get<std::string>(), {}, one.value("error", std::string())};
    ++status.files;
    try {
      if (said.problem.empty()) said.exam = worklistEntryOfFile(one.at("entry"));
    } catch (const InputError& error) {
      said.problem = error.what();
    }
    if (said.exam && said.exam->startDate < oldest) {
      ++status.expired;
    } else {
      files.push_back(std::move(said));
    }
  }
  return files;
}

// Identifiers of exams that their files say no more: another file may say them.
std::vector<std::string> WorklistFolder::forgetWhatIsGone(const std::vector<Said>& files) {
  std::vector<std::string> freed;
  for (auto known = taken_.begin(); known != taken_.end();) {
    const auto now = std::find_if(files.begin(), files.end(),
                                  [&](const Said& said) { return said.file == known->first; });
    const bool isGone = now == files.end() || (now->exam && now->exam->id != known->second.id);
    if (isGone) freed.push_back(known->second.id);
    known = isGone ? taken_.erase(known) : std::next(known);
  }
  return freed;
}

// What is gone is withdrawn first: a file that was renamed says the exam of the one that it was.
void WorklistFolder::takeIn(const std::vector<Said>& files, WorklistFolderStatus& status) {
  std::vector<std::string> there;
  for (const Said& said : files) there.push_back(said.file);
  const std::vector<std::string> freed = forgetWhatIsGone(files);
  store_.withdrawExams(there);
  std::vector<const Said*> imported;
  for (const Said& said : files) {
    const auto known = taken_.find(said.file);
    const bool isFreed =
        said.exam && std::find(freed.begin(), freed.end(), said.exam->id) != freed.end();
    const bool isSame = said.exam && known != taken_.end() && !isFreed &&
                        known->second.attributesJson == said.exam->attributesJson;
    if (isSame) continue;
    std::string problem = said.problem;
    if (said.exam) problem = store_.importExam(*said.exam, said.file);
    if (!problem.empty()) {
      if (said.exam) taken_.erase(said.file);
      status.refused.push_back({said.file, problem});
      continue;
    }
    taken_[said.file] = *said.exam;
    imported.push_back(&said);
  }
  for (const Said* said : imported) {  // two files may have exchanged what they say
    if (!store_.scheduledExam(said->exam->id)) store_.importExam(*said->exam, said->file);
  }
  for (const Said& said : files) {
    if (said.exam && taken_.count(said.file) != 0 && store_.scheduledExam(said.exam->id)) {
      ++status.entries;
    }
  }
}

bool WorklistFolder::look(const std::stop_token& stop) {
  if (folder_.empty()) return false;
  std::string now = dateBeforeToday(0) + "\n" + stampOf(folder_);
  const bool isTryDue = nextTryMs_ && clock_() >= *nextTryMs_;
  if (now == seen_ && !isTryDue) return false;
  WorklistFolderStatus status;
  bool isToBeTriedAgain = false;
  try {
    takeIn(examsIn(Json::parse(read_(stop)), status), status);
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
    // The reason quotes what stands there: a date of birth has no place in every log.
    const std::string what = "worklist file " + refused.file + " is refused";
    log_(LogLevel::error, what + "; the page of the worklist and /cmr/status say why");
    log_(LogLevel::info, what + ": " + refused.reason);
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
