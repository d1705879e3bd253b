// The REST routes of the model packages: what each says of itself, and which one new jobs are for.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plugin/rest_routes.h"

namespace cmr {

// Empty when the path is none of these. request and context have to outlive the route.
std::optional<RestRoute> packageRouteOf(const RestRequest& request,
                                        const std::vector<std::string>& parts,
                                        const RestContext& context);

}  // namespace cmr
