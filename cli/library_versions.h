// The libraries that this program was built with, for bug reports and the health page.
#pragma once

#include <string>

namespace cmr {

std::string describeLibraries();  // "LibTorch 1.13.1, DCMTK 3.6.7"

}  // namespace cmr
