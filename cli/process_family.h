// Copies of this program that work beside it: several processes of one command.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace cmr {

class ProcessFamily {
 public:
  // One copy of this program for each list of arguments, which are added to those of this process.
  // Throws ResourceError when one cannot be started.
  explicit ProcessFamily(const std::vector<std::vector<std::string>>& added);
  // Ends those that still run.
  ~ProcessFamily();
  ProcessFamily(const ProcessFamily&) = delete;
  ProcessFamily& operator=(const ProcessFamily&) = delete;

  // Waits for all. Throws ResourceError when one did not end well.
  void wait();

 private:
  void end();

  std::vector<pid_t> children_;
};

}  // namespace cmr
