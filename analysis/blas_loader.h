// LibTorch from Debian is many times slower than it has to be unless the OpenMP build of OpenBLAS
// stands behind it, and the system's alternatives prefer others: so programs that compute start
// with that build's folder first in the loader's path. The system itself is left as it is.
#pragma once

#include <string>

namespace cmr {

// Folder of OpenBLAS's OpenMP build for this machine's architecture, "" when it is not installed.
std::string openmpBlasFolder();

// A loader path (LD_LIBRARY_PATH) with the folder first and no repetition of it.
std::string loaderPathStartingWith(const std::string& folder, const std::string& currentPath);

}  // namespace cmr
