#include "analysis/slice_extent.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace cmr {
namespace {

constexpr double never = -std::numeric_limits<double>::infinity();

// One end of the extent over the cycle: at each phase a number of slices is lost, 0 to mostLoss.
struct EndPath {
  std::vector<int> lost;
  double score = never;
};

struct EndProblem {
  int phaseCount = 0;
  int mostLoss = 0;
  // gain[phase][lost]: evidence of the slices kept when so many are lost, cost of loss taken off.
  std::vector<std::vector<double>> gain;
  double changeCost = 0;
};

// The best path that starts at phase 0 with `start` lost and comes back to it (Viterbi).
EndPath bestFrom(const EndProblem& problem, int start) {
  const auto states = static_cast<std::size_t>(problem.mostLoss + 1);
  std::vector<double> score(states, never);
  score[static_cast<std::size_t>(start)] = problem.gain[0][static_cast<std::size_t>(start)];
  std::vector<std::vector<int>> cameFrom;
  for (int phase = 1; phase <= problem.phaseCount; ++phase) {
    const bool closing = phase == problem.phaseCount;
    std::vector<double> next(states, never);
    std::vector<int> from(states, 0);
    for (int to = 0; to < static_cast<int>(states); ++to) {
      for (int before = std::max(0, to - 1); before <= std::min(problem.mostLoss, to + 1);
           ++before) {
        const double candidate =
            score[static_cast<std::size_t>(before)] - problem.changeCost * std::abs(to - before);
        if (candidate > next[static_cast<std::size_t>(to)]) {
          next[static_cast<std::size_t>(to)] = candidate;
          from[static_cast<std::size_t>(to)] = before;
        }
      }
      if (!closing) {
        next[static_cast<std::size_t>(to)] +=
            problem.gain[static_cast<std::size_t>(phase)][static_cast<std::size_t>(to)];
      }
    }
    score = next;
    cameFrom.push_back(from);
  }
  EndPath path;
  path.score = score[static_cast<std::size_t>(start)];
  path.lost.assign(static_cast<std::size_t>(problem.phaseCount), start);
  int state = start;
  for (int phase = problem.phaseCount; phase > 0; --phase) {
    state = cameFrom[static_cast<std::size_t>(phase - 1)][static_cast<std::size_t>(state)];
    path.lost[static_cast<std::size_t>(phase - 1)] = state;
  }
  return path;
}

EndPath bestPath(const EndProblem& problem) {
  EndPath best;
  for (int start = 0; start <= problem.mostLoss; ++start) {
    EndPath path = bestFrom(problem, start);
    if (path.score > best.score) {
      best = std::move(path);
    }
  }
  return best;
}

// step 1: the basal end, whose slices are lost upwards from `outermost`; -1: the apical end.
EndPath solveEnd(const ExtentInput& input, const PlausibilityRules& rules,
                 const std::vector<double>& evidence, const std::vector<double>& contracted,
                 int outermost, int middle, int step, int mostLoss) {
  EndProblem problem;
  problem.phaseCount = input.phaseCount;
  problem.mostLoss = std::min(mostLoss, std::abs(middle - outermost));
  problem.changeCost = rules.changeCost;
  const auto relaxedPhase =
      std::min_element(contracted.begin(), contracted.end()) - contracted.begin();
  for (int phase = 0; phase < input.phaseCount; ++phase) {
    std::vector<double> gain;
    for (int lost = 0; lost <= problem.mostLoss; ++lost) {
      double sum = 0;
      for (int slice = outermost + step * lost; slice != middle; slice += step) {
        sum += evidence[input.at(slice, phase)];
      }
      const double relaxed = 1 - contracted[static_cast<std::size_t>(phase)];
      const bool barred = lost > 0 && phase == relaxedPhase;  // the outermost slice is that of ED
      gain.push_back(barred ? never : sum - rules.lossCost * lost * relaxed);
    }
    problem.gain.push_back(std::move(gain));
  }
  return bestPath(problem);
}

}  // namespace

ExtentDecision decideExtent(const ExtentInput& input, const PlausibilityRules& rules) {
  ExtentDecision decision;
  decision.extent.assign(static_cast<std::size_t>(input.phaseCount), {});
  decision.basalCertainty = std::numeric_limits<double>::infinity();
  const std::vector<double> contracted = contraction(input);
  const std::vector<double> shrinks = shrinkage(input, contracted);
  std::vector<double> evidence = imageEvidence(input, rules);
  const int middle = surestSlice(input, evidence, shrinks);
  if (middle < 0) {
    return decision;
  }
  weighSlices(input, rules, shrinks, middle, evidence);
  EndPath base;
  int outermostBase = middle;
  double second = never;
  for (int outermost = middle; outermost >= 0; --outermost) {
    EndPath path =
        solveEnd(input, rules, evidence, contracted, outermost, middle, 1, rules.mostBasalLoss);
    if (path.score > base.score) {
      second = base.score;
      base = std::move(path);
      outermostBase = outermost;
    } else {
      second = std::max(second, path.score);
    }
  }
  EndPath apex;
  int outermostApex = middle;
  for (int outermost = middle; outermost < input.sliceCount; ++outermost) {
    EndPath path =
        solveEnd(input, rules, evidence, contracted, outermost, middle, -1, rules.mostApicalLoss);
    if (path.score > apex.score) {
      apex = std::move(path);
      outermostApex = outermost;
    }
  }
  for (std::size_t phase = 0; phase < decision.extent.size(); ++phase) {
    decision.extent[phase] = {outermostBase + base.lost[phase], outermostApex - apex.lost[phase]};
  }
  if (second > never) {
    decision.basalCertainty = (base.score - second) / input.phaseCount;
  }
  return decision;
}

}  // namespace cmr
