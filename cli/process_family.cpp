#include "cli/process_family.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>

#include "analysis/errors.h"

namespace cmr {
namespace {

// Words of the command line of this process.
std::vector<std::string> ownArguments() {
  std::ifstream in("/proc/self/cmdline", std::ios::binary);
  const std::string all{std::istreambuf_iterator<char>(in), {}};
  std::vector<std::string> words;
  for (std::size_t at = 0; at < all.size(); at += words.back().size() + 1) {
    words.emplace_back(all.c_str() + at);
  }
  return words;
}

pid_t startCopy(std::vector<std::string> words) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t child = 0;
  const int error =
      posix_spawn(&child, "/proc/self/exe", nullptr, nullptr, arguments.data(), environ);
  if (error != 0) {
    throw ResourceError(std::string("cannot start another process: ") + std::strerror(error));
  }
  return child;
}

}  // namespace

ProcessFamily::ProcessFamily(const std::vector<std::vector<std::string>>& added) {
  try {
    for (const std::vector<std::string>& more : added) {
      std::vector<std::string> words = ownArguments();
      words.insert(words.end(), more.begin(), more.end());
      children_.push_back(startCopy(std::move(words)));
    }
  } catch (...) {
    end();
    throw;
  }
}

ProcessFamily::~ProcessFamily() { end(); }

void ProcessFamily::end() {
  for (const pid_t child : children_) {
    kill(child, SIGTERM);
    waitpid(child, nullptr, 0);
  }
  children_.clear();
}

void ProcessFamily::wait() {
  bool isWell = true;
  for (const pid_t child : children_) {
    int status = 0;
    const bool isKnown = waitpid(child, &status, 0) == child;
    isWell = isWell && isKnown && WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }
  children_.clear();
  if (!isWell) throw ResourceError("another process of this command did not end well");
}

}  // namespace cmr
