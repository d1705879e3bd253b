// What is known of one study, brought together from the results of its series: the best series for
// each kind of number and why that one, the numbers with where they came from, what the series say
// of each other, and what was not analysed and why.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "analysis/study_checks.h"
#include "config/study_policy.h"
#include "plugin/job_store.h"
#include "plugin/study_disease.h"

namespace cmr {

// A series that is in the archive and neither a job nor left alone on record.
struct UndecidedSeries {
  std::string orthancSeriesId;
  std::string SeriesInstanceUID;
  std::string why;
  bool isArriving = false;  // else nobody asked for it: it was there before the service
};

struct StudyReportInput {
  std::string orthancStudyId;
  std::string StudyInstanceUID;
  std::vector<JobRecord> jobs;  // of the study, newest first
  std::vector<JobStore::SkippedSeries> skipped;
  std::vector<UndecidedSeries> undecided;
  std::optional<double> haematocrit;  // a share; empty: nobody stated it
  std::optional<StudyPolicy> policy;  // what makes it complete; empty: whatever has come
  // Of the series that rules left alone, where the policy asks for rules: series -> its rule.
  std::map<std::string, std::string> rulesOfSkipped;
  // Somebody wants the report without what is missing, or one is there, which has to stay true.
  bool isAskedFor = false;
  std::int64_t nowMs = 0;  // Unix time
};

struct StudyReport {
  struct Entry {
    std::string verdict;  // "analysed", "notAnalysable", "failed", "cancelled", "waiting",
                          // "skipped", "notAsked"
    std::string reason;
    std::string name;  // SeriesDescription; the series' identifier where there is none
    std::string task;
    std::string jobId;
    std::vector<std::string> orthancSeriesIds;
    std::vector<std::string> SeriesInstanceUIDs;
  };
  struct Number {
    std::string id, label, unit, quality, reason;
    std::optional<double> value;  // empty: not measured, the reason says why
  };
  struct Best {
    std::string task;
    std::string what;  // "Short-axis cine", "Two-chamber cine", "T1 map": for people
    std::string jobId;
    std::string name;
    std::string why;
    std::vector<Number> numbers;      // those that the model package releases for reports
    std::vector<std::string> doubts;  // flags of that result
    std::string package;              // name and version of the model package behind it
    std::string packageSha256;
  };
  // Against the policy of the rules.
  struct Completeness {
    enum class State {
      complete,
      waiting,  // for what is missing, until the time below
      held,     // nothing more is waited for: somebody has to ask for the report
      partial   // the report is written and says what is missing
    };
    State state = State::complete;
    std::string policy;                // in words
    std::vector<std::string> missing;  // in words
    std::int64_t untilMs = 0;          // Unix time
  };
  std::string orthancStudyId;
  std::string StudyInstanceUID;
  bool isComplete = false;   // nothing of the study waits or is being analysed
  bool isForgotten = false;  // numbers of some result are no longer kept (RetentionDays)
  std::vector<Entry> series;
  // One for each task, view and quantity with a result, and what only several of them give, in the
  // order of reading: short axis, long axes, late enhancement, maps.
  std::vector<Best> best;
  std::vector<CrossCheck> checks;
  // Of the disease head over all cine views, where the model package releases it for reports.
  std::optional<DiseaseSuggestion> disease;
  std::optional<Completeness> completeness;  // empty: the rules ask for nothing
};

// Pure: the same input gives the same report, in whatever order its results were computed.
// Results that cannot be read become entries that say so.
StudyReport studyReport(const StudyReportInput& input);

nlohmann::json studyReportJson(const StudyReport& report);

}  // namespace cmr
