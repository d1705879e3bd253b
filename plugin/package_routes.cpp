#include "plugin/package_routes.h"

#include <charconv>
#include <optional>

#include "analysis/errors.h"
#include "config/strict_json.h"
#include "plugin/entity_tag.h"
#include "plugin/package_card.h"
#include "plugin/package_choice.h"
#include "plugin/rest_answer.h"

namespace cmr {
namespace {

using Json = nlohmann::json;

RestResponse onePackage(const std::string& name, const RestContext& context) {
  const auto found = context.packageFolders.find(name);
  if (found == context.packageFolders.end()) {
    return refuse(404, "the configuration has no package " + name);
  }
  return answer(200, packageCard(found->second));
}

RestResponse choiceNow(const PackageChoice& choice) {
  const Json now = choice.status();
  RestResponse response = answer(200, now);
  response.headers["ETag"] = entityTag(now.at("version"));
  return response;
}

RestResponse choiceChanged() {
  return refuse(409, "somebody else chose meanwhile: look at the choice first");
}

// A text that is no number is of no version that ever was.
struct Replaced {
  bool isUnderstood = true;
  std::optional<std::int64_t> version = {};
};

Replaced replacedIn(const std::string& ifMatch) {
  if (ifMatch == "*") return {};
  const std::string text = versionNamed(ifMatch);
  std::int64_t version = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, version);
  if (error != std::errc{} || stopped != end) return {false, {}};
  return {true, version};
}

// {"package": "3t"}
std::string nameIn(const std::string& body) {
  const Json json = parseStrictJson(body, "the body");
  const bool isName = json.is_object() && json.size() == 1 && json.contains("package") &&
                      json.at("package").is_string();
  if (!isName) {
    throw InputError(R"(the body is {"package": a name in the configuration's "Packages"})");
  }
  return json.at("package").get<std::string>();
}

RestResponse choose(const RestRequest& request, const RestContext& context) {
  const std::string name = nameIn(request.body);
  PackageChoice& choice = *context.packageChoice;
  const std::string problem = choice.problemOf(name);
  const auto given = request.headers.find("if-match");
  if (given == request.headers.end()) {
    return refuse(400, "If-Match has to name the version of the choice that is replaced, or be *");
  }
  if (!problem.empty()) {
    return refuse(409, "the model package " + inQuotes(name) + " cannot be used: " + problem);
  }
  const Replaced replaced = replacedIn(given->second);
  if (!replaced.isUnderstood || !choice.choose(name, context.by, replaced.version)) {
    return choiceChanged();
  }
  return choiceNow(choice);
}

// A program that names no version has the choice gone, whatever it is by now.
RestResponse goBack(const RestRequest& request, const RestContext& context) {
  PackageChoice& choice = *context.packageChoice;
  const auto given = request.headers.find("if-match");
  const Replaced replaced = given == request.headers.end() ? Replaced{} : replacedIn(given->second);
  if (!replaced.isUnderstood || !choice.choose({}, context.by, replaced.version)) {
    return choiceChanged();
  }
  return choiceNow(choice);
}

RestRoute choiceRoute(const RestRequest& request, const RestContext& context) {
  const std::string& method = request.method;
  if (method == "GET") return {method, [&] { return choiceNow(*context.packageChoice); }};
  if (method == "PUT") {
    return {method, [&] { return choose(request, context); }, true, Role::administrator};
  }
  if (method == "DELETE") {
    return {method, [&] { return goBack(request, context); }, true, Role::administrator};
  }
  return {"GET,PUT,DELETE", {}};
}

}  // namespace

std::optional<RestRoute> packageRouteOf(const RestRequest& request,
                                        const std::vector<std::string>& parts,
                                        const RestContext& context) {
  if (parts.size() == 2 && parts[1] == "package") {
    return RestRoute{"GET", [&] { return onePackage({}, context); }};
  }
  if (parts.size() == 3 && parts[1] == "packages") {
    return RestRoute{"GET", [&] { return onePackage(parts[2], context); }};
  }
  if (parts.size() == 3 && parts[1] == "models" && parts[2] == "default") {
    return choiceRoute(request, context);
  }
  return std::nullopt;
}

}  // namespace cmr
