#include "plugin/audit_routes.h"

#include "plugin/audit_trail.h"
#include "plugin/job_json.h"
#include "plugin/rest_answer.h"
#include "plugin/rest_query.h"

namespace cmr {
namespace {

using Json = nlohmann::json;

constexpr std::size_t mostVersions = 100;

Json objectIn(const std::string& text) { return text.empty() ? Json() : Json::parse(text); }

Json entryJson(const AuditEntry& entry) {
  return {{"id", entry.id},
          {"time", isoTime(entry.atMs)},
          {"user", entry.by.user.empty() ? Json() : Json(entry.by.user)},
          {"role", entry.by.role},
          {"kind", entry.kind},
          {"action", entry.action},
          {"subject", entry.subject},
          {"was", objectIn(entry.wasJson)},
          {"became", objectIn(entry.becameJson)}};
}

RestResponse list(const RestRequest& request, JobStore& store) {
  refuseOtherParameters(request, {"kind", "subject", "user"});
  AuditTrail::Filter filter;
  const ListPart part = listPartIn(request);
  filter.limit = part.limit;
  filter.offset = part.offset;
  filter.kind = wordIn(request, "kind", auditKinds(), "nothing on record of the kind");
  filter.subject = textIn(request, "subject");
  filter.user = textIn(request, "user");
  Json entries = Json::array();
  for (const AuditEntry& entry : AuditTrail(store).list(filter)) {
    entries.push_back(entryJson(entry));
  }
  return answer(200, {{"entries", entries}, {"limit", part.limit}, {"offset", part.offset}});
}

RestResponse rulesHistory(JobStore& store) {
  Json versions = Json::array();
  for (const AuditTrail::EarlierRules& version : AuditTrail(store).rulesHistory(mostVersions)) {
    versions.push_back({{"sha256", version.sha256}, {"since", isoTime(version.sinceMs)}});
  }
  return answer(200, {{"versions", versions}});
}

RestResponse earlierRules(const std::string& sha256, JobStore& store) {
  const auto text = AuditTrail(store).rulesText(sha256);
  if (!text)
    return answer(404, {{"error",
                         "no rules of this hash were ever in use, or they are "
                         "forgotten"}});
  return answer(200, {{"sha256", sha256}, {"text", *text}});
}

}  // namespace

std::optional<RestRoute> auditRouteOf(const RestRequest& request,
                                      const std::vector<std::string>& parts,
                                      const RestContext& context) {
  if (parts.size() == 2 && parts[1] == "audit") {
    return RestRoute{"GET", [&] { return list(request, *context.store); }, true,
                     Role::administrator};
  }
  if (parts.size() < 3 || parts[1] != "rules" || parts[2] != "history") return std::nullopt;
  if (parts.size() == 3) return RestRoute{"GET", [&] { return rulesHistory(*context.store); }};
  if (parts.size() == 4) {
    return RestRoute{"GET", [&] { return earlierRules(parts[3], *context.store); }};
  }
  return std::nullopt;
}

}  // namespace cmr
