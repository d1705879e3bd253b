#include "analysis/unlike_training.h"

#include <algorithm>
#include <cmath>

#include "analysis/errors.h"
#include "analysis/network_presets.h"
#include "analysis/package_weights.h"

namespace cmr {
namespace {

constexpr const char* owner = "unlike_training";

torch::Tensor rowsOfKind(const torch::Tensor& rows, const std::vector<int>& kinds, int kind) {
  std::vector<std::int64_t> own;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    if (kinds[i] == kind) own.push_back(static_cast<std::int64_t>(i));
  }
  if (own.size() < 2) throw InputError("statistics need two images of each kind at least");
  return rows.index_select(0, torch::tensor(own));
}

}  // namespace

std::vector<double> TrainingLikeness::distances(const torch::Tensor& classTokens) const {
  const torch::NoGradGuard guard;
  const torch::Tensor rows = classTokens.to(torch::kCPU, torch::kFloat32);
  const auto width = static_cast<double>(rows.size(1));
  const torch::Tensor off = rows.unsqueeze(1) - means;  // [batch, kinds, width]
  const torch::Tensor along = torch::matmul(off, basis.t());
  const std::int64_t kept = basis.size(0);
  const torch::Tensor inside = (along / deviation.slice(0, 0, kept)).square().sum(2);
  const torch::Tensor outside =
      (off.square().sum(2) - along.square().sum(2)).clamp_min(0) / deviation[kept].square();
  const torch::Tensor nearest =
      std::get<0>(((inside + outside) / width).sqrt().min(1)).to(torch::kFloat64).contiguous();
  const auto* values = nearest.data_ptr<double>();
  return {values, values + nearest.numel()};
}

TrainingLikeness fitTrainingLikeness(const torch::Tensor& classTokens,
                                     const std::vector<int>& kinds, int directions) {
  const torch::NoGradGuard guard;
  const torch::Tensor rows = classTokens.to(torch::kFloat64);
  const int kindCount = 1 + *std::max_element(kinds.begin(), kinds.end());
  std::vector<torch::Tensor> means;
  std::vector<torch::Tensor> deviations;
  for (int kind = 0; kind < kindCount; ++kind) {
    const torch::Tensor own = rowsOfKind(rows, kinds, kind);
    means.push_back(own.mean(0));
    deviations.push_back(own - means.back());
  }
  const torch::Tensor off = torch::cat(deviations);
  const torch::Tensor covariance = torch::matmul(off.t(), off) / static_cast<double>(off.size(0));
  const auto [variances, vectors] = torch::linalg_eigh(covariance);  // ascending
  const std::int64_t width = rows.size(1);
  const std::int64_t kept = std::min<std::int64_t>(directions, width - 1);
  const torch::Tensor rest = variances.slice(0, 0, width - kept).mean().clamp_min(1e-12);
  TrainingLikeness likeness;
  likeness.means = torch::stack(means).to(torch::kFloat32);
  likeness.basis = vectors.slice(1, width - kept).t().contiguous().to(torch::kFloat32);
  likeness.deviation = torch::cat({variances.slice(0, width - kept).clamp_min(rest.item<double>()),
                                   rest.unsqueeze(0)})
                           .sqrt()
                           .to(torch::kFloat32);
  return likeness;
}

std::optional<TrainingLikeness> readTrainingLikeness(const ModelPackage& package) {
  if (!package.manifest.contains("unlikeTraining")) return std::nullopt;
  const auto tensors = readTensors(package, owner);
  const auto need = [&](const char* name) {
    const auto found = tensors.find(name);
    if (found == tensors.end()) {
      throw PackageError(std::string("the package lacks ") + owner + "." + name);
    }
    return found->second;
  };
  TrainingLikeness likeness{need("means"), need("basis"), need("deviation"), 0};
  const bool fits =
      likeness.means.dim() == 2 && likeness.basis.dim() == 2 && likeness.deviation.dim() == 1 &&
      likeness.means.size(1) == likeness.basis.size(1) &&
      likeness.deviation.size(0) == likeness.basis.size(0) + 1 &&
      likeness.means.size(1) == geometryFromJson(package.manifest.at("network")).vit.width &&
      likeness.deviation.gt(0).all().item<bool>();
  if (!fits) throw PackageError("the package's statistics of the training do not fit its network");
  try {
    likeness.threshold = package.manifest.at("unlikeTraining").at("threshold").get<double>();
  } catch (const nlohmann::json::exception& e) {
    throw PackageError(std::string("the manifest's unlikeTraining cannot be used: ") + e.what());
  }
  return likeness;
}

std::map<std::string, torch::Tensor> tensorsOf(const TrainingLikeness& likeness) {
  const std::string prefix = std::string(owner) + ".";
  return {{prefix + "means", likeness.means},
          {prefix + "basis", likeness.basis.to(torch::kBFloat16)},
          {prefix + "deviation", likeness.deviation}};
}

}  // namespace cmr
