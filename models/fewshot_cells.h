// The record of a few-label experiment: one JSON object a line, so that a run that was killed goes
// on with the cells that it has not finished.
#pragma once

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "models/evaluate_frames.h"
#include "models/fewshot_plan.h"

namespace cmr {

// What one training was worth on the test patients. A patient without a value is absent.
struct FewshotResult {
  std::string arm;
  std::size_t size = 0;
  int draw = 0;
  std::map<std::string, double> lvDice;  // by test patient, mean over the frames
  std::map<std::string, double> myocardiumDice;
  std::map<std::string, double> ejectionErrorPoints;  // predicted minus reference, from areas
  double loss = 0;                                    // of the last steps
  double seconds = 0;                                 // training and measuring

  bool operator==(const FewshotResult&) const = default;
};

// The figures by patient from the scores of the frames.
FewshotResult fewshotResult(const FewshotCell& cell, const std::vector<FrameScore>& frames);

// The results that belong to cells of a plan, in the plan's order: a record may hold more, of arms
// or sizes that are not asked for now.
std::vector<FewshotResult> resultsOf(const std::vector<FewshotCell>& cells,
                                     const std::vector<FewshotResult>& results);

// Takes the myocardium's figures off the results of cells none of whose patients is among `taught`
// (those with an epicardium drawn): nothing was learned of it there, and 0 would say that it was
// learned badly.
void leaveOutUntaughtMyocardium(std::vector<FewshotResult>& results,
                                const std::vector<FewshotCell>& cells,
                                const std::set<std::string>& taught);

// For the cells without a result: each takes as long as the finished ones of its arm did in the
// mean, or as all of them where its arm has none. 0 when nothing is finished.
double secondsLeft(const std::vector<FewshotCell>& cells,
                   const std::vector<FewshotResult>& results);

class FewshotCells {
 public:
  // Opens the record, or begins it. `settings`: everything that all cells have in common; a record
  // that was begun with other settings is refused, by an InputError that names the first that
  // differs. A last line that was not written whole is taken off.
  FewshotCells(const std::string& path, const nlohmann::json& settings);

  // Says where an arm starts from. Throws InputError when the record has an arm of that name
  // that starts from something else.
  void declareArm(const std::string& name, const nlohmann::json& origin);

  const std::vector<FewshotResult>& results() const { return results_; }
  bool has(const FewshotCell& cell) const;
  void add(const FewshotResult& result);  // written at once; throws ResourceError

 private:
  void append(const nlohmann::json& line);

  std::string path_;
  std::ofstream file_;
  std::map<std::string, nlohmann::json> origins_;
  std::vector<FewshotResult> results_;
};

}  // namespace cmr
