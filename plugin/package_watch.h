// Which model package a worker would load if it started now: an administrator may install another
// one while the service runs.
#pragma once

#include <mutex>
#include <string>

#include "plugin/worker_supervisor.h"

namespace cmr {

// Thread ownership: any thread.
class PackageWatch {
 public:
  // known: hash of the manifest that the service started with; it is taken for whole, the worker
  // that loads it has the last word. A package that was replaced since is looked at first.
  PackageWatch(std::string folder, std::string known, LogCallback log);

  // Looks at the folder: sizes and times of its files, and everything in them when one changed.
  // A package that lacks a file, or holds one with another checksum than its manifest says, is not
  // (yet) taken; problem() names what is wrong with it.
  void look();

  // Hash of the manifest of the last whole package that was seen.
  std::string sha256() const;
  // Why what lies in the folder cannot be used; empty when it is the package of sha256().
  std::string problem() const;

 private:
  const std::string folder_;
  const LogCallback log_;
  mutable std::mutex mutex_;  // guards the rest
  std::string sha256_;
  std::string problem_;
  std::string seen_;  // sizes and times of the files, as they were looked at last
};

}  // namespace cmr
