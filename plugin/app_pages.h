// The web pages below /cmr/app/: files that are compiled in, and a button for Orthanc Explorer.
#pragma once

#include <string>

#include "plugin/rest_routes.h"

namespace cmr {

bool isAppPath(const std::string& path);  // "/cmr/app", "/cmr/app/rules.html"
// The file at this path, with headers that keep everything foreign out; 404, or 405 for other verbs
// than GET.
RestResponse appPage(const RestRequest& request);

// JavaScript for Orthanc Explorer (the one that comes with Orthanc): a button on the pages of
// studies and series that leads here.
std::string explorerExtension();

}  // namespace cmr
