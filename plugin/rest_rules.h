// The REST routes of the routing rules: read, checked, tried on a series of the archive, read
// again.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "plugin/rest_routes.h"

namespace cmr {

// What does the asking: a verb and an action, or nothing when the path is not one of these. Without
// a service only the check of a document is there.
std::optional<RestRoute> rulesRouteOf(const RestRequest& request,
                                      const std::vector<std::string>& parts,
                                      const RestContext& context);

// Of GET /cmr/rules; the text of the rules is left out of the summary for the status.
nlohmann::json rulesJson(const RulesStatus& status);
nlohmann::json rulesSummary(const RulesStatus& status);

}  // namespace cmr
