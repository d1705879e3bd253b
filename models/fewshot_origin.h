// Where an arm of the few-label experiment starts from, and whether its comparison is a fair one.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "models/fewshot_plan.h"

namespace cmr {

struct FewshotOrigin {
  std::string arm;
  nlohmann::json description;  // start, mode, architecture, file and SHA-256
  // Training patients whose labels the start has already learned from, as the package's manifest
  // says. Such an arm is no fair one.
  std::vector<std::string> labelsSeen;
  // False: the file does not say from which patients it learned.
  bool known = true;
};

// Reads what the file says of itself. Throws InputError when it learned from a test patient, or was
// chosen by one, PackageError when it is a broken package. The architecture is the one that
// arms other than the U-Net have.
FewshotOrigin fewshotOrigin(const FewshotArm& arm, const std::string& architecture,
                            const std::vector<std::string>& trainingPatients,
                            const std::vector<std::string>& testPatients);

}  // namespace cmr
