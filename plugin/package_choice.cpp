#include "plugin/package_choice.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "analysis/errors.h"
#include "config/strict_json.h"
#include "plugin/job_json.h"

namespace cmr {
namespace {

using Json = nlohmann::json;

Json textOrNull(const std::string& text) { return text.empty() ? Json() : Json(text); }

std::vector<std::string> namesOn(const PackageShelf& shelf) {
  std::vector<std::string> names;
  for (const PackageInUse& one : shelf.packages()) {
    if (!one.name.empty()) names.push_back(one.name);
  }
  return names;
}

std::string unknownPackage(const std::string& name, const std::vector<std::string>& known) {
  std::string text = "the configuration has no package " + inQuotes(name);
  const std::string nearest = nearestOf(name, known);
  if (!nearest.empty()) text += ", did you mean " + inQuotes(nearest) + "?";
  if (known.empty()) return text + ": its \"Packages\" name none";
  text += " Its \"Packages\" are";
  for (const std::string& one : known) text += (one == known.front() ? " " : ", ") + inQuotes(one);
  return text;
}

}  // namespace

PackageChoice::PackageChoice(JobStore& store, PackageShelf& shelf, const LogCallback& log)
    : store_(store), shelf_(shelf), log_(log) {
  const std::string problem = problemOf(AuditTrail(store_).chosenPackage());
  if (!problem.empty()) log_(LogLevel::error, problem);
}

bool PackageChoice::isConfigured(const std::string& name) const {
  const std::vector<std::string> names = namesOn(shelf_);
  return name.empty() || std::find(names.begin(), names.end(), name) != names.end();
}

std::string PackageChoice::problemOf(const AuditTrail::PackageChoice& choice) const {
  if (isConfigured(choice.name)) return {};
  return "new jobs were to be for the model package " + inQuotes(choice.name) +
         ", which is not in the configuration any more: they are for its Package until somebody "
         "chooses again (page \"Models\", /cmr/models/default)";
}

std::string PackageChoice::inUse() const {
  const std::string name = AuditTrail(store_).chosenPackage().name;
  return isConfigured(name) ? name : std::string();
}

std::string PackageChoice::sha256(const std::string& byRule) const {
  return shelf_.sha256(byRule.empty() ? inUse() : byRule);
}

std::string PackageChoice::problemOf(const std::string& name) {
  if (name.empty() || !isConfigured(name)) throw InputError(unknownPackage(name, namesOn(shelf_)));
  shelf_.look();
  for (const PackageInUse& one : shelf_.packages()) {
    if (one.name == name) return one.problem;
  }
  return {};
}

bool PackageChoice::choose(const std::string& name, const Actor& by,
                           const std::optional<std::int64_t>& replaced) {
  AuditTrail trail(store_);
  const std::int64_t before = trail.chosenPackage().version;
  if (!trail.choosePackage(name, by, replaced)) return false;
  if (trail.chosenPackage().version != before) {
    log_(LogLevel::warning,
         name.empty() ? "new jobs are for the configuration's \"Package\" again"
                      : "new jobs are for the model package \"" + name + "\" from now on");
  }
  return true;
}

Json PackageChoice::status() const {
  const AuditTrail::PackageChoice choice = AuditTrail(store_).chosenPackage();
  const std::string inUse = isConfigured(choice.name) ? choice.name : std::string();
  return {{"package", textOrNull(choice.name)},
          {"inUse", textOrNull(inUse)},
          {"sha256", shelf_.sha256(inUse)},
          {"since", choice.atMs == 0 ? Json() : Json(isoTime(choice.atMs))},
          {"user", textOrNull(choice.by.user)},
          {"role", textOrNull(choice.by.role)},
          {"version", std::to_string(choice.version)},
          {"problem", problemOf(choice)}};
}

}  // namespace cmr
