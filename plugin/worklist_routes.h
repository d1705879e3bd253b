// The part of the REST interface about scheduled exams. docs/worklist.md describes it for people.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plugin/rest_routes.h"

namespace cmr {

// parts: of the path, "cmr" first. Empty when the path is none of these. request and context have
// to outlive the route; its act() may throw InputError.
std::optional<RestRoute> worklistRouteOf(const RestRequest& request,
                                         const std::vector<std::string>& parts,
                                         const RestContext& context);

}  // namespace cmr
