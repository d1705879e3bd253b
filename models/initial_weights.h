// What a training run starts from: an earlier run's best.ckpt, or an installed model package.
#pragma once

#include <string>

#include "analysis/network.h"
#include "models/checkpoint_file.h"

namespace cmr {

// Fills those parameters of `network` that the file has under the same names and shapes; the others
// keep their values. `path` is a checkpoint, or the folder of a package (checked as at every load).
// Throws InputError or PackageError when it is neither, or when fewer than half fit.
TakenParameters takeInitialWeights(const std::string& path, Network& network);

}  // namespace cmr
