// What `cmr models` prints of a package.
#pragma once

#include <string>

#include "analysis/model_package.h"

namespace cmr {

// Identity, size, licence, backbone and input, then each head with its classes, evidence and
// release, what was measured on real and on drawn images, and what it was trained on.
std::string packageText(const ModelPackage& package);

// One line: name, version, size, tasks.
std::string packageLine(const ModelPackage& package);

}  // namespace cmr
