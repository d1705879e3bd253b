#include "models/fewshot_summary.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "models/score_summary.h"

namespace cmr {
namespace {

using ByPatient = std::map<std::string, double>;
using Figure = ByPatient FewshotResult::*;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::map<int, const FewshotResult*> drawsOf(const std::vector<FewshotResult>& results,
                                            const std::string& arm, std::size_t size) {
  std::map<int, const FewshotResult*> draws;
  for (const FewshotResult& r : results) {
    if (r.arm == arm && r.size == size) draws[r.draw] = &r;
  }
  return draws;
}

DrawsRange rangeOf(const std::map<int, const FewshotResult*>& draws, Figure figure,
                   bool absolute = false) {
  std::vector<double> means;
  for (const auto& [draw, result] : draws) {
    std::vector<double> values;
    for (const auto& [patient, value] : result->*figure) {
      values.push_back(absolute ? std::abs(value) : value);
    }
    if (!values.empty()) means.push_back(meanOf(values));
  }
  if (means.empty()) return {0, nan, nan, nan};
  const auto [low, high] = std::minmax_element(means.begin(), means.end());
  return {static_cast<int>(means.size()), meanOf(means), *low, *high};
}

// By patient, over the draws that the other arm has, too.
ByPatient meanOverSharedDraws(const std::map<int, const FewshotResult*>& draws,
                              const std::map<int, const FewshotResult*>& others, Figure figure) {
  std::map<std::string, std::vector<double>> values;
  for (const auto& [draw, result] : draws) {
    if (others.count(draw) == 0) continue;
    for (const auto& [patient, value] : result->*figure) values[patient].push_back(value);
  }
  ByPatient means;
  for (const auto& [patient, list] : values) means[patient] = meanOf(list);
  return means;
}

int withoutEjectionIn(const std::map<int, const FewshotResult*>& draws) {
  std::size_t without = 0;
  for (const auto& [draw, r] : draws) without += r->lvDice.size() - r->ejectionErrorPoints.size();
  return static_cast<int>(without);
}

PairedDifference differenceOf(const std::map<int, const FewshotResult*>& draws,
                              const std::map<int, const FewshotResult*>& first, Figure figure) {
  return pairedBootstrap(meanOverSharedDraws(draws, first, figure),
                         meanOverSharedDraws(first, draws, figure));
}

}  // namespace

std::vector<FewshotRow> fewshotRows(const std::vector<std::string>& arms,
                                    const std::vector<std::size_t>& sizes,
                                    const std::vector<FewshotResult>& results) {
  std::vector<FewshotRow> rows;
  for (const std::size_t size : sizes) {
    for (const std::string& arm : arms) {
      const auto draws = drawsOf(results, arm, size);
      if (draws.empty()) continue;
      FewshotRow row;
      row.arm = arm;
      row.size = size;
      row.draws = static_cast<int>(draws.size());
      row.lvDice = rangeOf(draws, &FewshotResult::lvDice);
      row.myocardiumDice = rangeOf(draws, &FewshotResult::myocardiumDice);
      row.ejectionErrorPoints = rangeOf(draws, &FewshotResult::ejectionErrorPoints, true);
      row.withoutEjection = withoutEjectionIn(draws);
      const bool isFirst = arm == arms.front();
      const auto first =
          isFirst ? std::map<int, const FewshotResult*>{} : drawsOf(results, arms.front(), size);
      row.lvDiceToFirst = differenceOf(draws, first, &FewshotResult::lvDice);
      row.myocardiumDiceToFirst = differenceOf(draws, first, &FewshotResult::myocardiumDice);
      rows.push_back(row);
    }
  }
  return rows;
}

}  // namespace cmr
