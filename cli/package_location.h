// Where the model package is that is used when none is named.
#pragma once

#include <string>

namespace cmr {

// The named one; else CMR_PACKAGE of the environment; else models/starter beside the source tree
// that this executable was built in (build/<preset>/cmr); else the one installed with it
// (<prefix>/bin/cmr); else the one below /usr. Throws PackageError, naming the places looked at,
// when there is none.
std::string packageFolderOr(const std::string& named);

}  // namespace cmr
