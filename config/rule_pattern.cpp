#include "config/rule_pattern.h"

#include <cctype>
#include <vector>

#include "analysis/errors.h"
#include "config/letters.h"

namespace cmr {
namespace {

constexpr std::size_t longestPattern = 1000;
constexpr std::size_t longestText = 1024;
constexpr int mostRepetitions = 4;

// Reads a pattern once and refuses what may backtrack without bound.
class CostCheck {
 public:
  explicit CostCheck(const std::string& pattern) : pattern_(pattern) {}

  void run() {
    for (at_ = 0; at_ < pattern_.size(); ++at_) step(pattern_[at_]);
  }

 private:
  struct Group {
    bool alternatives = false;
    bool repetition = false;
  };

  void step(char c) {
    const bool afterGroup = closed_;
    closed_ = false;
    switch (c) {
      case '\\':
        escape();
        break;
      case '[':
        skipClass();
        break;
      case '(':
        open_.emplace_back();
        break;
      case ')':
        close();
        break;
      case '|':
        if (!open_.empty()) open_.back().alternatives = true;
        break;
      case '*':
      case '+':
      case '{':
        repetition(afterGroup);
        break;
      default:
        break;
    }
  }

  void escape() {
    ++at_;
    if (at_ < pattern_.size() && pattern_[at_] >= '1' && pattern_[at_] <= '9') {
      throw InputError("back-references are not allowed");
    }
  }

  void skipClass() {
    ++at_;
    if (at_ < pattern_.size() && pattern_[at_] == '^') ++at_;
    for (; at_ < pattern_.size() && pattern_[at_] != ']'; ++at_) {
      if (pattern_[at_] == '\\') ++at_;
    }
  }

  void close() {
    if (open_.empty()) return;  // the compiler of the pattern says what is wrong
    last_ = open_.back();
    open_.pop_back();
    closed_ = true;
    if (open_.empty()) return;
    open_.back().alternatives |= last_.alternatives;
    open_.back().repetition |= last_.repetition;
  }

  void repetition(bool ofGroup) {
    if (ofGroup && (last_.alternatives || last_.repetition)) {
      throw InputError("a repeated group must not hold a repetition or alternatives");
    }
    if (++repetitions_ > mostRepetitions) {
      throw InputError("more than " + std::to_string(mostRepetitions) +
                       " repetitions in one pattern");
    }
    for (Group& group : open_) group.repetition = true;
  }

  const std::string& pattern_;
  std::size_t at_ = 0;
  std::vector<Group> open_;
  Group last_;
  bool closed_ = false;
  int repetitions_ = 0;
};

std::wregex compiled(const std::string& pattern) {
  if (pattern.empty()) throw InputError("an empty pattern matches everything");
  if (pattern.size() > longestPattern)
    throw InputError("the pattern is longer than 1000 characters");
  CostCheck(pattern).run();
  try {
    std::wregex regex;
    regex.imbue(localeOfLetters());
    regex.assign(lettersOf(pattern), std::wregex::ECMAScript | std::wregex::icase);
    return regex;
  } catch (const std::regex_error& error) {
    throw InputError(std::string("not a regular expression: ") + error.what());
  }
}

}  // namespace

RulePattern::RulePattern(const std::string& pattern) : text_(pattern), regex_(compiled(pattern)) {}

bool RulePattern::foundIn(std::string_view text) const {
  const std::wstring searched = lettersOf(text.substr(0, longestText));
  return std::regex_search(searched.begin(), searched.end(), regex_);
}

}  // namespace cmr
