// What makes a study complete, as a rules file says it: the series that its report waits for, how
// long, and what becomes of the report without them. Results of single series never wait for it.
#pragma once

#include <chrono>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "config/document_place.h"

namespace cmr {

// {"sequence": "cine", "view": "sax"}, or {"rule": NAME}; with "count" for more than one.
struct ExpectedSeries {
  std::string sequence;  // of classesOf("sequence"); empty: any
  std::string view;      // of classesOf("view"); empty: any
  std::string rule;      // not empty: whatever this rule decided about
  int count = 1;         // [1, 100]

  bool operator==(const ExpectedSeries&) const = default;
};

// What a series of the study was taken for, as far as it is known; "" where it is not.
struct SeriesKind {
  std::string sequence;
  std::string view;
  std::string rule;  // that decided about it
};

struct StudyPolicy {
  std::vector<ExpectedSeries> expects;
  std::chrono::minutes wait{0};  // [0, 10080], from the first series that was decided about
  bool holds = false;            // "then": no report on a study that lacks something, until asked

  // What of it is not there, in words: "short-axis cine", "late enhancement (1 of 2)".
  std::vector<std::string> missingFrom(const std::vector<SeriesKind>& series) const;
  bool asksForRules() const;
};

// {"expects": [...], "waitMinutes": 120, "then": "partial"}. Throws DocumentError. Whether rules
// of these names exist is not looked at.
StudyPolicy readStudyPolicy(const nlohmann::json& value, const DocumentPlace& place);
const std::vector<std::string>& studyPolicyKeys();
const std::vector<std::string>& expectedSeriesKeys();

std::string describe(const ExpectedSeries& expected);  // "short-axis cine", "2 of late enhancement"
std::string describe(const StudyPolicy& policy);       // one sentence

}  // namespace cmr
