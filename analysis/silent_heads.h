// Heads of a package that give no answer, and why: whoever reads the results is told, so that
// silence is never taken for an answer.
#pragma once

#include <string>
#include <vector>

namespace cmr {

struct SilentHead {
  std::string task;    // "disease"
  std::string reason;  // one sentence without its full stop
};

// What a FrameSegmenter is besides when heads of its package may fall silent.
class SilentHeads {
 public:
  virtual ~SilentHeads() = default;
  // By task: those that are not run at all, and those that failed since the last forgetFailures().
  virtual std::vector<SilentHead> silentHeads() const = 0;
  // Another series begins.
  virtual void forgetFailures() = 0;
};

}  // namespace cmr
