// The REST routes of the audit trail, and of the rules that were in use before.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plugin/rest_routes.h"

namespace cmr {

std::optional<RestRoute> auditRouteOf(const RestRequest& request,
                                      const std::vector<std::string>& parts,
                                      const RestContext& context);

}  // namespace cmr
