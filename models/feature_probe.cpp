#include "models/feature_probe.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "analysis/errors.h"

namespace cmr {
namespace {

torch::Tensor deviations(const torch::Tensor& features) {
  const torch::Tensor rows = features.to(torch::kFloat64);
  return rows - rows.mean(0, true);
}

void requireLabels(const LabelledFeatures& set) {
  std::map<int, std::set<std::string>> patientsOfLabel;
  for (std::size_t i = 0; i < set.labels.size(); ++i) {
    patientsOfLabel[set.labels[i]].insert(set.patients[i]);
  }
  if (patientsOfLabel.size() < 2) {
    throw InputError("the labelled images carry fewer than two labels");
  }
  for (const auto& [label, patients] : patientsOfLabel) {
    if (patients.size() < 2) {
      throw InputError("a label of the labelled images was given to one patient only");
    }
  }
}

struct Neighbour {
  double similarity = 0;
  int label = 0;
};

int voteOf(std::vector<Neighbour>& neighbours, int count) {
  constexpr double temperature = 0.07;
  const auto nearest = std::min<std::size_t>(static_cast<std::size_t>(count), neighbours.size());
  std::partial_sort(neighbours.begin(), neighbours.begin() + static_cast<std::ptrdiff_t>(nearest),
                    neighbours.end(), [](const Neighbour& a, const Neighbour& b) {
                      return a.similarity > b.similarity;
                    });
  std::map<int, double> votes;
  for (std::size_t i = 0; i < nearest; ++i) {
    votes[neighbours[i].label] += std::exp(neighbours[i].similarity / temperature);
  }
  return std::max_element(votes.begin(), votes.end(),
                          [](const auto& a, const auto& b) { return a.second < b.second; })
      ->first;
}

}  // namespace

double effectiveRank(const torch::Tensor& features) {
  const torch::NoGradGuard guard;
  const torch::Tensor singular = torch::linalg_svdvals(deviations(features));
  const double sum = singular.sum().item<double>();
  if (!(sum > 0)) {
    return 0;
  }
  const torch::Tensor p = singular / sum;
  return std::exp(-(p * p.clamp_min(1e-300).log()).sum().item<double>());
}

double featureSpread(const torch::Tensor& features) {
  const torch::NoGradGuard guard;
  const double own = features.to(torch::kFloat64).norm().item<double>();
  return own > 0 ? deviations(features).norm().item<double>() / own : 0;
}

double nearestNeighbourAccuracy(const LabelledFeatures& set, int neighbours) {
  requireLabels(set);
  const torch::NoGradGuard guard;
  namespace F = torch::nn::functional;
  const torch::Tensor unit =
      F::normalize(set.features.to(torch::kFloat64), F::NormalizeFuncOptions().dim(1));
  const torch::Tensor similarity = torch::matmul(unit, unit.t()).contiguous();
  const auto value = similarity.accessor<double, 2>();
  std::map<int, std::pair<int, int>> rightOfAll;
  for (std::size_t i = 0; i < set.labels.size(); ++i) {
    std::vector<Neighbour> others;
    for (std::size_t j = 0; j < set.labels.size(); ++j) {
      if (set.patients[j] != set.patients[i]) {
        others.push_back(
            {value[static_cast<std::int64_t>(i)][static_cast<std::int64_t>(j)], set.labels[j]});
      }
    }
    auto& [right, all] = rightOfAll[set.labels[i]];
    right += voteOf(others, neighbours) == set.labels[i] ? 1 : 0;
    ++all;
  }
  double sum = 0;
  for (const auto& [label, counts] : rightOfAll) {
    sum += static_cast<double>(counts.first) / counts.second;
  }
  return sum / static_cast<double>(rightOfAll.size());
}

// The bounds are far from what a healthy run shows, even a short one; they are there to catch the
// two ways in which self-distillation is known to fail (Caron et al., section 5.3).
std::string collapseIn(const ProbeResult& probe, const TargetEntropy& targets,
                       std::int64_t prototypes) {
  const double most = std::log(static_cast<double>(prototypes));
  if (!(probe.spread > 1e-3)) {
    return "all images have the same features";
  }
  if (!(probe.rank > 1.5)) {
    return "the features differ in one direction only";
  }
  if (targets.ofMean < 0.02 * most) {
    return "the teacher puts all images into one prototype";
  }
  if (targets.mean > 0.999 * most) {
    return "the teacher tells no prototype from another";
  }
  return "";
}

}  // namespace cmr
