// Requests that change something must not come from a foreign page in somebody's browser.
#pragma once

#include <map>
#include <string>

namespace cmr {

// Whether this request may change state: GETs always; others when they carry the header
// X-CMR-Request, which a foreign page cannot add (a browser would ask first, and the archive does
// not allow it), or when nothing in them says that a browser sent them. `headers`: names in lower
// case.
bool mayChangeState(const std::string& method, const std::map<std::string, std::string>& headers);

}  // namespace cmr
