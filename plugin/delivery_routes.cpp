#include "plugin/delivery_routes.h"

#include <algorithm>

#include "analysis/errors.h"
#include "config/strict_json.h"
#include "plugin/job_json.h"
#include "plugin/rest_answer.h"
#include "plugin/rest_query.h"

namespace cmr {
namespace {

using Json = nlohmann::json;

RestResponse list(const RestRequest& request, DeliveryQueue& deliveries) {
  refuseOtherParameters(request, {"state", "destination"});
  DeliveryQueue::Filter filter;
  const ListPart part = listPartIn(request);
  filter.limit = part.limit;
  filter.offset = part.offset;
  filter.destination = textIn(request, "destination");
  filter.state = deliveryStateNamed(
      wordIn(request, "state", {"waiting", "sent", "dead", "cancelled"}, "no state of a delivery"));
  Json found = Json::array();
  for (const Delivery& delivery : deliveries.list(filter)) found.push_back(deliveryJson(delivery));
  return answer(200, {{"deliveries", found}, {"limit", part.limit}, {"offset", part.offset}});
}

std::string destinationIn(const std::string& body, const std::vector<std::string>& configured) {
  if (body.find_first_not_of(" \t\r\n") == std::string::npos) return {};
  const Json json = parseStrictJson(body, "the body");
  if (!json.is_object()) throw InputError("the body has to be a JSON object");
  for (const auto& [key, value] : json.items()) {
    if (key != "destination") throw InputError("the body has an unknown member " + inQuotes(key));
  }
  const std::string name = json.empty() ? std::string() : json.at("destination").dump();
  for (const std::string& known : configured) {
    if (name == Json(known).dump()) return known;
  }
  if (json.empty()) return {};
  throw InputError("the configuration has no destination " + name);
}

RestResponse retry(const RestRequest& request, const RestContext& context) {
  const std::string destination = destinationIn(request.body, context.destinations);
  const int queued = context.deliveries->retry(destination, context.destinations, context.by);
  context.ring();
  return answer(200, {{"queued", queued}});
}

}  // namespace

Json deliveryJson(const Delivery& delivery) {
  Json json{{"id", delivery.id},
            {"kind", deliveryKindName(delivery.kind)},
            {"job", delivery.jobId},
            {"destination", delivery.destination},
            {"event", delivery.event},
            {"state", deliveryStateName(delivery.state)},
            {"attempts", delivery.attempts},
            {"reason", delivery.reason},
            {"created", isoTime(delivery.createdMs)},
            {"updated", isoTime(delivery.updatedMs)},
            {"objects", delivery.objects},
            {"objectsSent", delivery.objectsSent}};
  json["retryAt"] = delivery.retryAtMs ? Json(isoTime(*delivery.retryAtMs)) : Json();
  return json;
}

std::optional<RestRoute> deliveryRouteOf(const RestRequest& request,
                                         const std::vector<std::string>& parts,
                                         const RestContext& context) {
  if (parts.size() < 2 || parts[1] != "deliveries") return std::nullopt;
  if (parts.size() == 2) {
    return RestRoute{"GET", [&] { return list(request, *context.deliveries); }};
  }
  if (parts.size() == 3 && parts[2] == "retry") {
    return RestRoute{"POST", [&] { return retry(request, context); }};
  }
  return std::nullopt;
}

}  // namespace cmr
