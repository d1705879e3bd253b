#include "plugin/rest_rules.h"

#include "analysis/errors.h"
#include "analysis/sha256.h"
#include "config/explain_rules.h"
#include "plugin/audit_trail.h"
#include "plugin/entity_tag.h"
#include "plugin/job_json.h"
#include "plugin/rest_answer.h"
#include "plugin/stored_looks.h"

namespace cmr {
namespace {

using Json = nlohmann::json;

RestResponse notThere(const std::string& seriesId) {
  return answer(404, {{"error", "the archive has no series " + seriesId}});
}

// Of the configuration in use; not known while the service does not run.
KnownNames knownNames(const RestContext& context) {
  return context.rules == nullptr ? KnownNames{} : context.rules->known();
}

// As the file is now.
RestResponse inUse(LiveRules& rules) {
  rules.now();
  return answer(200, rulesJson(rules.status()));
}

RestResponse check(const RestRequest& request, const RestContext& context) {
  return answer(200, reportJson(checkRules(request.body, "rules", knownNames(context))));
}

RestResponse reload(const RestContext& context) {
  bool done = false;
  RulesStatus status;
  AuditTrail(*context.store).noteRules(context.by, "reload", [&] {
    done = context.rules->reload();
    status = context.rules->status();
    return RulesVersion{status.sha256, status.text, status.file};
  });
  Json body = rulesSummary(status);
  if (!done) body["error"] = "the last good rules stay: " + status.problem;
  return answer(done ? 200 : 409, body);
}

// On record in the transaction that the file is written in.
LiveRules::Replaced replaceOnRecord(const RestRequest& request,
                                    const std::optional<std::string>& replaced,
                                    const RestContext& context) {
  const RulesVersion version{sha256Hex(request.body), request.body, context.rules->status().file};
  auto outcome = LiveRules::Replaced::changedMeanwhile;
  const auto write = [&] {
    outcome = context.rules->replace(request.body, replaced);
    return outcome == LiveRules::Replaced::done;
  };
  AuditTrail(*context.store).replaceRules(context.by, version, write, [&] {
    context.rules->takeBack();
  });
  return outcome;
}

// A file that somebody is at work on by hand is not written over, unless If-Match is "*".
std::string whyChanged(LiveRules& rules) {
  rules.now();
  const std::string problem = rules.status().problem;
  if (problem.empty()) return "somebody else changed the rules meanwhile: look at them first";
  return "the rules file was changed by hand and is refused, so it is not written over: mend it "
         "where it lies, put a good one there, or replace it with If-Match: *. " +
         problem;
}

RestResponse replace(const RestRequest& request, const RestContext& context) {
  const auto given = request.headers.find("if-match");
  if (given == request.headers.end()) {
    return answer(400, {{"error", "If-Match has to name the hash of the rules that are replaced"}});
  }
  std::optional<std::string> replaced;
  if (given->second != "*") replaced = versionNamed(given->second);
  switch (replaceOnRecord(request, replaced, context)) {
    case LiveRules::Replaced::notEditable:
      return answer(403, {{"error", "the configuration does not allow it (EditRules)"}});
    case LiveRules::Replaced::changedMeanwhile:
      return answer(409, {{"error", whyChanged(*context.rules)}});
    case LiveRules::Replaced::done:
      break;
  }
  return answer(200, rulesJson(context.rules->status()));
}

// The series under the rules in use, every rule tried.
RestResponse explainRules(const std::string& seriesId, const RestContext& context) {
  const auto look = context.planner->look(seriesId);
  if (!look) return notThere(seriesId);
  const RuleSet rules = context.rules->now().rules;
  Json body = seriesLookJson(*look);
  body["rules"] = explanationJson(rules.tryAll(look->facts));
  body["byPictures"] = decidedByStoredLook(*look, rules, *context.store);
  return answer(200, body);
}

// The same under rules that are not in use: those of the body.
RestResponse dryRun(const RestRequest& request, const std::string& seriesId,
                    const RestContext& context) {
  const RuleReport report = checkRules(request.body, "rules", knownNames(context));
  if (!report.valid()) {
    Json body = reportJson(report);
    body["error"] = report.mistakes.front().message;
    return answer(400, body);
  }
  const RuleSet rules = RuleSet::parse(request.body, "rules");
  const auto look = context.planner->lookUnder(rules, seriesId);
  if (!look) return notThere(seriesId);
  Json body = seriesLookJson(*look);
  body["rules"] = explanationJson(rules.tryAll(look->facts));
  body["byPictures"] = decidedByStoredLook(*look, rules, *context.store);
  return answer(200, body);
}

}  // namespace

Json rulesSummary(const RulesStatus& status) {
  Json warnings = Json::array();
  for (const RuleNote& note : status.inUse.warnings) warnings.push_back(note.message);
  return {{"file", status.file},
          {"sha256", status.sha256},
          {"read", isoTime(status.readMs)},
          {"names", status.inUse.rules},
          {"study", status.inUse.study.empty() ? Json() : Json(status.inUse.study)},
          {"warnings", warnings},
          {"problem", status.problem}};
}

Json rulesJson(const RulesStatus& status) {
  Json json = rulesSummary(status);
  json["text"] = status.text;
  json["editable"] = status.isEditable;
  json["refused"] = status.refused ? reportJson(*status.refused) : Json();
  if (status.refused) json["refused"]["text"] = status.refusedText;
  return json;
}

std::optional<RestRoute> rulesRouteOf(const RestRequest& request,
                                      const std::vector<std::string>& parts,
                                      const RestContext& context) {
  const std::string last = parts.empty() ? std::string() : parts.back();
  if (parts.size() == 2 && last == "rules" && request.method == "PUT") {
    return RestRoute{"PUT", [&] { return replace(request, context); }, true, Role::administrator};
  }
  if (parts.size() == 2 && last == "rules") {
    if (request.method != "GET") return RestRoute{"GET,PUT", {}};
    return RestRoute{"GET", [&] { return inUse(*context.rules); }};
  }
  if (parts.size() == 3 && parts[1] == "rules" && last == "check") {
    return RestRoute{"POST", [&] { return check(request, context); }, false, Role::viewer};
  }
  if (parts.size() == 3 && parts[1] == "rules" && last == "reload") {
    return RestRoute{"POST", [&] { return reload(context); }, true, Role::administrator};
  }
  if (parts.size() == 4 && parts[1] == "series" && last == "explain") {
    if (request.method == "POST") {
      return RestRoute{"POST", [&] { return dryRun(request, parts[2], context); }, true,
                       Role::viewer};
    }
    if (request.method != "GET") return RestRoute{"GET,POST", {}};
    return RestRoute{"GET", [&] { return explainRules(parts[2], context); }};
  }
  return std::nullopt;
}

}  // namespace cmr
