#include "plugin/live_rules.h"

#include <sys/stat.h>

#include <chrono>
#include <utility>

#include "analysis/errors.h"
#include "analysis/sha256.h"
#include "plugin/replace_file.h"

namespace cmr {
namespace {

std::int64_t unixTimeMs() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

std::string firstMistake(const RuleReport& report) {
  std::string text = report.mistakes.front().message;
  if (report.mistakes.front().line > 0) {
    text += " (line " + std::to_string(report.mistakes.front().line) + ")";
  }
  const std::size_t others = report.mistakes.size() - 1;
  if (others > 0) text += "; and " + std::to_string(others) + " more";
  return text;
}

}  // namespace

LiveRules::LiveRules(std::string file, LogCallback log, bool isEditable, KnownNames known)
    : file_(std::move(file)),
      log_(std::move(log)),
      isEditable_(isEditable && !file_.empty()),
      known_(std::move(known)) {
  status_.file = file_;
  status_.isEditable = isEditable_;
  const std::lock_guard lock(mutex_);
  stamp_ = stampOfFile();
  readAgain();
}

bool LiveRules::areThere() const {
  const std::lock_guard lock(mutex_);
  return use_.has_value();
}

void LiveRules::begin(const std::optional<std::string>& before) {
  const std::lock_guard lock(mutex_);
  if (use_) return;
  stamp_ = stampOfFile();
  if (readAgain()) return;
  if (!before) throw InputError(status_.problem);
  const std::string name = "the rules that were in use before";
  RuleReport report = checkRules(*before, name, known_);
  if (!report.valid()) {
    throw InputError(status_.problem + "; nor can others be used: " + firstMistake(report));
  }
  use(*before, std::move(report), name);
  log_(LogLevel::error,
       "the routing rules are refused, those that were in use before stay: " + status_.problem);
}

LiveRules::Stamp LiveRules::stampOfFile() const {
  Stamp stamp;
  struct stat found {};
  if (file_.empty() || ::stat(file_.c_str(), &found) != 0) return stamp;
  stamp.mtimeNs = std::int64_t{found.st_mtim.tv_sec} * 1000000000 + found.st_mtim.tv_nsec;
  stamp.size = found.st_size;
  stamp.inode = found.st_ino;
  return stamp;
}

RulesInUse LiveRules::now() {
  const std::lock_guard lock(mutex_);
  const Stamp stamp = stampOfFile();
  if (stamp != stamp_) {
    stamp_ = stamp;  // before reading: what changes meanwhile is seen the next time
    readAgain();
  }
  if (!use_) throw InputError(status_.problem);
  return *use_;
}

bool LiveRules::reload() {
  const std::lock_guard lock(mutex_);
  stamp_ = stampOfFile();
  return readAgain();
}

// Neither another text than the one that was looked at, nor a file that somebody is at work on.
bool LiveRules::isStill(const std::string& sha256) const {
  return use_ && use_->sha256 == sha256 && status_.problem.empty() && stampOfFile() == stamp_;
}

LiveRules::Replaced LiveRules::replace(const std::string& text,
                                       const std::optional<std::string>& replacesSha256) {
  if (!isEditable_) return Replaced::notEditable;
  const RuleReport report = checkRules(text, "the body", known_);
  if (!report.valid()) throw InputError(firstMistake(report));
  const std::lock_guard lock(mutex_);
  if (replacesSha256 && !isStill(*replacesSha256)) return Replaced::changedMeanwhile;
  earlier_ = Earlier{use_, status_};
  earlier_->hadFile = replaceFile(file_, text);
  log_(LogLevel::warning,
       "routing rules " + status_.sha256.substr(0, 12) + " are replaced over REST");
  stamp_ = stampOfFile();
  readAgain();
  return Replaced::done;
}

void LiveRules::takeBack() {
  const std::lock_guard lock(mutex_);
  if (!earlier_) return;
  undoReplaceFile(file_, earlier_->hadFile);
  use_ = std::move(earlier_->use);
  status_ = std::move(earlier_->status);
  earlier_.reset();
  stamp_ = stampOfFile();
  log_(LogLevel::error,
       "the earlier routing rules are put back: that they were replaced could not be recorded");
}

RulesStatus LiveRules::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

bool LiveRules::readAgain() {
  const std::string name = file_.empty() ? "the rules that ship" : file_;
  std::string text;
  try {
    text = file_.empty() ? std::string(shippedRulesText()) : readRulesText(file_);
  } catch (const InputError& error) {
    refuse(error.what(), std::nullopt);
    return false;
  }
  RuleReport report = checkRules(text, name, known_);
  if (!report.valid()) {
    const std::string problem = firstMistake(report);
    refuse(problem, std::move(report));
    status_.refusedText = std::move(text);
    return false;
  }
  use(std::move(text), std::move(report), name);
  status_.problem.clear();
  status_.refused.reset();
  status_.refusedText.clear();
  return true;
}

void LiveRules::use(std::string text, RuleReport report, const std::string& name) {
  const std::string sha256 = sha256Hex(text);
  if (use_ && use_->sha256 == sha256) return;
  use_ = RulesInUse{RuleSet::parse(text, name), sha256};
  log_(LogLevel::warning, "routing rules are read from " + name + ": " +
                              std::to_string(report.rules.size()) + " rules");
  for (const RuleNote& warning : report.warnings) log_(LogLevel::warning, warning.message);
  status_.text = std::move(text);
  status_.sha256 = sha256;
  status_.readMs = unixTimeMs();
  status_.inUse = std::move(report);
}

void LiveRules::refuse(const std::string& problem, std::optional<RuleReport> report) {
  if (use_ && status_.problem != problem) {
    log_(LogLevel::error, "the new routing rules are refused, the last good ones stay: " + problem);
  }
  status_.problem = problem;
  status_.refused = std::move(report);
  status_.refusedText.clear();
}

}  // namespace cmr
