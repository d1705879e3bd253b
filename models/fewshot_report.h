// What `cmr fewshot` says: tables for people (Markdown), for spreadsheets (CSV), for programs
// (JSON).
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "models/fewshot_origin.h"
#include "models/fewshot_summary.h"

namespace cmr {

struct FewshotReport {
  std::string command;
  nlohmann::json settings;  // as in the record, see fewshotSettings in fewshot.h
  std::vector<FewshotOrigin> arms;
  std::vector<std::size_t> sizes;
  int draws = 0;
  std::size_t cells = 0;  // planned
  std::vector<FewshotResult> results;

  std::vector<FewshotRow> rows() const;
};

// Tables of LV and myocardium Dice, of the error of the ejection fraction, and of the paired
// differences, an arm a line and a number of patients a column, with everything that has to be
// known to read them: what was trained on what, which arms are no fair ones, what a pretraining
// must not have seen.
std::string fewshotMarkdown(const FewshotReport& report);

// arm,patients,draws, then of each figure mean,low,high, then the differences to the first arm. No
// value: an empty cell.
std::string fewshotCsv(const FewshotReport& report);

nlohmann::json fewshotJson(const FewshotReport& report);

}  // namespace cmr
