// Which BLAS this process computes with. See analysis/blas_loader.h for why it matters.
#pragma once

#include <string>

namespace cmr {

// Executes this program again, once, with the OpenMP build of OpenBLAS first in the loader's path
// and OMP_WAIT_POLICY=PASSIVE unless the user has set that: OpenMP's threads otherwise spin while
// they wait, which takes the processor from the archive beside us, and two such programs from each
// other. Both are read when libraries are loaded, so a process cannot change them for itself.
// Returns when there is nothing to change or the second start is not possible.
void startWithComputeEnvironment(char** arguments);

// One line: the library that is loaded, its configuration as it tells it, and its thread model.
std::string describeLoadedBlas();

// How OpenMP's threads wait: the value of OMP_WAIT_POLICY that this process started with.
std::string describeThreadWaiting();

}  // namespace cmr
