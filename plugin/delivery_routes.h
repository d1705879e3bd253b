// What is sent on, over REST: the list, another try, an end.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plugin/delivery_queue.h"
#include "plugin/rest_routes.h"

namespace cmr {

nlohmann::json deliveryJson(const Delivery& delivery);

// The route at this path, if it is one of these.
std::optional<RestRoute> deliveryRouteOf(const RestRequest& request,
                                         const std::vector<std::string>& parts,
                                         const RestContext& context);

}  // namespace cmr
