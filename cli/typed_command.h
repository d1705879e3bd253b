// What was typed, for the files that a run leaves.
#pragma once

#include <string>

namespace cmr {

// The command line of this process from "cmr" on; paths stand there as given.
std::string typedCommand();

}  // namespace cmr
