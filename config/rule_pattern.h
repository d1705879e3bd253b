// A regular expression that an administrator may write and a scanner's text cannot turn against us.
#pragma once

#include <regex>
#include <string>
#include <string_view>

namespace cmr {

// ECMAScript, found anywhere in the text, upper and lower case alike, by letters of UTF-8: `[äö]`,
// `ü?` and `.` mean whole ones. The standard library's
// matcher backtracks, so patterns whose cost may grow exponentially are refused when they are read
// (a repeated group that itself repeats or offers alternatives, and back-references), and only the
// first 1024 bytes of a text are searched.
class RulePattern {
 public:
  // Throws InputError that says what is wrong; the caller adds the place.
  explicit RulePattern(const std::string& pattern);

  bool foundIn(std::string_view text) const;
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::wregex regex_;
};

}  // namespace cmr
