// A small file replaced as a whole or not at all.
#pragma once

#include <string>

namespace cmr {

// The earlier file stays beside it as PATH.previous. Throws ResourceError naming what failed; the
// file is what it was then.
void replaceFile(const std::string& path, const std::string& text);

}  // namespace cmr
