#include "plugin/line_splitter.h"

namespace cmr {

void LineSplitter::add(std::string_view bytes) {
  for (const char c : bytes) {
    if (c == '\n') {
      endLine();
    } else if (line_.size() < maxLineLength) {
      // A control character could forge another line in the archive's log or drive a terminal.
      const auto code = static_cast<unsigned char>(c);
      line_ += code < 0x20 || code == 0x7F ? '?' : c;
    }
  }
}

void LineSplitter::finish() {
  if (!line_.empty()) endLine();
  reportLeftOut();
}

void LineSplitter::endLine() {
  lastLine_ = std::move(line_);
  line_.clear();
  const auto now = std::chrono::steady_clock::now();
  if (now - secondStart_ >= std::chrono::seconds(1)) {
    secondStart_ = now;
    linesThisSecond_ = 0;
    reportLeftOut();
  }
  if (++linesThisSecond_ > maxLinesPerSecond) {
    ++leftOut_;
    return;
  }
  onLine_(lastLine_);
}

void LineSplitter::reportLeftOut() {
  if (leftOut_ == 0) return;
  onLine_("[warning] " + std::to_string(leftOut_) + " lines of the worker were left out");
  leftOut_ = 0;
}

}  // namespace cmr
