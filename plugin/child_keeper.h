// The long-lived thread from which children are started, and which reads their stderr and notices
// their end. One child at a time.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "plugin/child_start.h"
#include "plugin/framed_socket.h"

namespace cmr {

// Called on the keeper's thread with each line that the child wrote to stderr, without control
// characters, cut where it is too long; a flood is thinned out and counted.
using LineCallback = std::function<void(const std::string& line)>;

// A process that was killed ends at once, unless it hangs in the kernel (a driver, a disk that is
// away): nobody waits longer for it than this.
inline constexpr std::chrono::seconds killPatience{20};

// All functions may be called from any thread; start() only while no child runs.
class ChildKeeper {
 public:
  explicit ChildKeeper(LineCallback onLine);
  ~ChildKeeper();  // kills a child that still runs
  ChildKeeper(const ChildKeeper&) = delete;
  ChildKeeper& operator=(const ChildKeeper&) = delete;

  int start(const ChildSpec& spec);  // its process id; throws ResourceError
  bool running() const;
  void kill();                       // SIGKILL; nothing when none runs
  bool waitForEnd(TimePoint until);  // true when no child runs any more
  std::string lastEnd() const;       // describeExit of the last child, "" before
  std::string lastLine() const;      // the last that it wrote to stderr

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cmr
