// A regular expression that an administrator may write and a scanner's text cannot turn against us.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace cmr {

// In the syntax of RE2 (https://github.com/google/re2/wiki/Syntax), found anywhere in the text,
// upper and lower case alike, by letters of UTF-8: `[äö]`, `ü?` and `.` mean whole ones. Its time
// is in proportion to the text, whatever the pattern: matchers that backtrack, as the standard
// library's, take days over 64 letters for `(.?){40}Z`, and whoever may try a rule could hang the
// service. So there are no back-references and nothing that looks around.
class RulePattern {
 public:
  // Throws InputError that says what is wrong; the caller adds the place.
  explicit RulePattern(const std::string& pattern);

  bool foundIn(std::string_view text) const;
  const std::string& text() const;

 private:
  std::shared_ptr<const re2::RE2> compiled_;  // may be used by several threads at once
};

}  // namespace cmr
