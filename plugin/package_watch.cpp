#include "plugin/package_watch.h"

#include <algorithm>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>
#include <vector>

#include "analysis/model_package.h"
#include "analysis/sha256.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;

// A file that is written to changes its time, one that is replaced its size, time or both.
std::string sizesAndTimes(const std::string& folder) {
  std::vector<std::string> lines;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    std::error_code none;
    const auto size = at->is_regular_file(none) ? at->file_size(none) : 0;
    const auto time = at->last_write_time(none).time_since_epoch().count();
    lines.push_back(at->path().string() + " " + std::to_string(size) + " " + std::to_string(time));
  }
  if (error) lines.push_back(error.message());
  std::sort(lines.begin(), lines.end());
  std::string all;
  for (const std::string& line : lines) all += line + "\n";
  return all;
}

std::string manifestHash(const std::string& folder) {
  std::ifstream file(folder + "/manifest.json", std::ios::binary);
  return sha256Hex(std::string(std::istreambuf_iterator<char>(file), {}));
}

}  // namespace

PackageWatch::PackageWatch(std::string folder, std::string known, LogCallback log)
    : folder_(std::move(folder)), log_(std::move(log)), sha256_(std::move(known)) {
  std::string now = sizesAndTimes(folder_);
  if (manifestHash(folder_) == sha256_) seen_ = std::move(now);  // else it is one to look at
}

void PackageWatch::look() {
  const std::lock_guard lock(mutex_);
  std::string now = sizesAndTimes(folder_);
  if (now == seen_) return;
  std::string problem;
  std::string found;
  try {
    found = openPackage(folder_).identity.sha256;
  } catch (const std::exception& error) {
    problem = error.what();
  }
  // A change while the files were read is one to look at again.
  seen_ = std::move(now);
  if (!problem.empty() && problem != problem_) {
    log_(LogLevel::error,
         "the model package in " + folder_ +
             " changed and cannot be used (is it still being copied?): " + problem);
  }
  problem_ = problem;
  if (!problem.empty()) return;
  if (found != sha256_) {
    log_(LogLevel::warning,
         "the model package in " + folder_ + " is another one now: " + found + " after " + sha256_);
  }
  sha256_ = found;
}

std::string PackageWatch::sha256() const {
  const std::lock_guard lock(mutex_);
  return sha256_;
}

std::string PackageWatch::problem() const {
  const std::lock_guard lock(mutex_);
  return problem_;
}

}  // namespace cmr
