// Which BLAS this process computes with. See analysis/blas_loader.h for why it matters.
#pragma once

#include <string>

namespace cmr {

// Executes this program again, once, with the OpenMP build of OpenBLAS first in the loader's path.
// Returns when it is first already, is not installed, or the second start is not possible.
void preferOpenMpBlas(char** arguments);

// One line: the library that is loaded, its configuration as it tells it, and its thread model.
std::string describeLoadedBlas();

}  // namespace cmr
