// A small file replaced as a whole or not at all.
#pragma once

#include <string>

namespace cmr {

// The earlier file stays beside it as PATH.previous; false: there was none. Throws ResourceError
// naming what failed; the file is what it was then.
bool replaceFile(const std::string& path, const std::string& text);
// Undoes that, with what it returned; takes no room on the disk. Throws ResourceError.
void undoReplaceFile(const std::string& path, bool wasThere);

}  // namespace cmr
