// Who asks, and what they may do. Orthanc's SDK names no user: the name is read from what Orthanc
// has verified, or from the header of a proxy that the site trusts.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "config/settings.h"

namespace cmr {

// Fixed when the archive starts.
struct AccessRules {
  bool archiveAuthenticates = false;
  RoleMap roles;
  std::string userHeader;  // in lower case; empty: none is trusted
  // The configuration cannot be used: everybody may look, nobody change.
  bool isClosed = false;
};

AccessRules accessRules(const Settings& settings);

struct Visitor {
  std::string user;  // empty: nobody is named
  Role role = Role::none;
  std::string because;  // where the role comes from, one sentence
  bool isKnown = true;  // false: a user has to be named and is not
};

// headers: names in lower case, those of a request that Orthanc let in.
Visitor visitorOf(const AccessRules& rules, const std::map<std::string, std::string>& headers);

// The user of "Basic ...", as Orthanc reads it; empty for anything else.
std::string basicUser(const std::string& authorization);

// Of GET /cmr/access.
nlohmann::json visitorJson(const Visitor& visitor, const AccessRules& rules);

// Why a visitor may not do what needs that role, for people; empty when they may.
std::string whyRefused(const Visitor& visitor, Role needed);

// What an administrator should know at the start; empty when there is nothing to say.
std::string accessWarning(const AccessRules& rules);

}  // namespace cmr
