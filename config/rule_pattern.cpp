#include "config/rule_pattern.h"

#include <re2/re2.h>

#include "analysis/errors.h"

namespace cmr {
namespace {

constexpr std::size_t longestPattern = 1000;
constexpr std::int64_t mostBytes = 1 << 20;  // of one compiled pattern with all that it remembers

RE2::Options options() {
  RE2::Options o;
  o.set_case_sensitive(false);
  o.set_log_errors(false);
  o.set_max_mem(mostBytes);
  return o;
}

std::string refusal(const RE2& pattern) {
  switch (pattern.error_code()) {
    case RE2::ErrorPatternTooLarge:
      return "the pattern means too much: repeat less";
    case RE2::ErrorRepeatArgument:
    case RE2::ErrorBadEscape:
      return "not a regular expression that is known here: " + pattern.error() +
             " (there is no looking around and there are no back-references)";
    default:
      return "not a regular expression: " + pattern.error();
  }
}

}  // namespace

RulePattern::RulePattern(const std::string& pattern) {
  if (pattern.empty()) throw InputError("an empty pattern matches everything");
  if (pattern.size() > longestPattern) {
    throw InputError("the pattern is longer than " + std::to_string(longestPattern) +
                     " characters");
  }
  compiled_ = std::make_shared<const RE2>(pattern, options());
  if (!compiled_->ok()) throw InputError(refusal(*compiled_));
}

bool RulePattern::foundIn(std::string_view text) const {
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *compiled_);
}

const std::string& RulePattern::text() const { return compiled_->pattern(); }

}  // namespace cmr
