// From trained weights to a model package on disk.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "models/trainer.h"

namespace cmr {

struct PackageDescription {
  std::string name;
  std::string version;
  double spacingMm = 1.33;
  int size = 128;
  nlohmann::json training;  // command, seed, patients, counts
  ValidationScore validation;
  // By what the right ventricle was learned (analysis/evidence.h). Its release stays "off" until
  // somebody has measured it.
  std::string rightVentricleEvidence = "phantom";
};

// Writes weights and manifest.json (last, so that a broken write is no package). The known answer
// is computed in float32 from the weights as stored. Throws ResourceError when the disk gives out.
void writePackage(const std::string& folder, const Network& network,
                  const PackageDescription& description);

}  // namespace cmr
