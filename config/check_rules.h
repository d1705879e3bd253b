// A rules document looked at before it goes live: every mistake with its line, and what is allowed
// but hardly meant.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "config/rule_file.h"

namespace cmr {

struct RuleNote {
  std::string message;   // begins with the place in words
  std::string pointer;   // JSON pointer; empty: the whole document
  std::size_t line = 0;  // from 1; 0: not known
  std::size_t column = 0;
};

struct RuleReport {
  std::string source;              // the name of the document
  std::vector<RuleNote> mistakes;  // the document is refused
  std::vector<RuleNote> warnings;  // it is taken
  std::vector<std::string> rules;  // names of those that could be read
  std::string study;               // the policy on studies in words; empty: none
  bool valid() const { return mistakes.empty(); }
};

// Warns of keywords that the DICOM dictionary (PS3.6) does not know, of sequences, of rules behind
// one that matches as much, of rules that everything or nothing matches, of tasks that this program
// does not compute, and when nothing is analysed.
RuleReport checkRules(std::string_view json, const std::string& source,
                      const KnownNames& known = {});

// {"valid", "source", "rules": [names], "study": words or null, "mistakes": [{"message", "pointer",
// "line", "column"}], "warnings": [the same]}
nlohmann::json reportJson(const RuleReport& report);

// Whether DICOM has this keyword. Always true when the program was built without a dictionary.
bool isDicomKeyword(std::string_view keyword);
// Whether it is one whose value is a sequence, which rules do not see.
bool isDicomSequence(std::string_view keyword);
// Whether an attribute of this keyword has one value at most. Not known without a dictionary:
// false.
bool isSingleValued(std::string_view keyword);
std::string nearestDicomKeyword(std::string_view keyword);  // empty when none is near

}  // namespace cmr
