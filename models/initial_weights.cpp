#include "models/initial_weights.h"

#include <filesystem>

#include "analysis/model_package.h"
#include "analysis/package_weights.h"
#include "models/checkpoint.h"

namespace cmr {
namespace {

TakenParameters takeFrom(const Network& source, const std::string& path, Network& network) {
  const torch::NoGradGuard guard;
  const auto stored = source->named_parameters();
  TakenParameters result;
  for (auto& item : network->named_parameters()) {
    ++result.total;
    const torch::Tensor* value = stored.find(item.key());
    if (value != nullptr && value->sizes() == item.value().sizes()) {
      item.value().copy_(*value);
      ++result.taken;
    }
  }
  requireMostTaken(result, path);
  return result;
}

}  // namespace

TakenParameters takeInitialWeights(const std::string& path, Network& network) {
  if (std::filesystem::is_directory(path)) {
    return takeFrom(readWeights(openPackage(path)), path, network);
  }
  return takeMatchingParameters(path, network);
}

}  // namespace cmr
