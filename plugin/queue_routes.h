// The part of the REST interface for those who run the queue: metrics, pause and drain, priorities,
// dead jobs in bulk. docs/operating.md describes it for people.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plugin/rest_routes.h"

namespace cmr {

// parts: of the path, "cmr" first. Empty when the path is none of these. request and context have
// to outlive the route; its act() may throw InputError.
std::optional<RestRoute> queueRouteOf(const RestRequest& request,
                                      const std::vector<std::string>& parts,
                                      const RestContext& context);

// The member "priority" of a body, the only one that it may have: "urgent", "backfill", or a whole
// number from -100 to 100. Empty when there is no body or no such member. Throws InputError.
std::optional<int> priorityIn(const std::string& body);

}  // namespace cmr
