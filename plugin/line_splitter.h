// Bytes of a log stream to lines that are safe to log again: bounded in length and in number.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace cmr {

class LineSplitter {
 public:
  static constexpr std::size_t maxLineLength = 2000;
  static constexpr int maxLinesPerSecond = 100;

  explicit LineSplitter(std::function<void(const std::string&)> onLine)
      : onLine_(std::move(onLine)) {}

  void add(std::string_view bytes);
  void finish();  // passes on an unfinished line and the count of those left out
  const std::string& lastLine() const { return lastLine_; }

 private:
  void endLine();
  void reportLeftOut();

  std::function<void(const std::string&)> onLine_;
  std::string line_;
  std::string lastLine_;
  std::chrono::steady_clock::time_point secondStart_{};
  int linesThisSecond_ = 0;
  long leftOut_ = 0;
};

}  // namespace cmr
