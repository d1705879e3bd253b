#include "plugin/access.h"

#include <algorithm>
#include <string_view>

namespace cmr {
namespace {

constexpr std::string_view basic = "Basic ";
constexpr std::size_t longestName = 200;

// RFC 4648, section 4; stops at the padding. Empty when a character does not belong there.
std::string fromBase64(std::string_view text) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  unsigned int bits = 0;
  int held = 0;
  for (const char c : text.substr(0, text.find('='))) {
    const std::size_t value = alphabet.find(c);
    if (value == std::string_view::npos) return {};
    bits = (bits << 6) | static_cast<unsigned int>(value);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes += static_cast<char>((bits >> held) & 0xffU);
    bits &= (1U << held) - 1U;
  }
  return bytes;
}

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string withArticle(Role role) {
  const std::string name = roleName(role);
  return (role == Role::viewer ? "a " : "an ") + name;
}

std::string nameIn(const AccessRules& rules, const std::map<std::string, std::string>& headers) {
  const auto found =
      headers.find(rules.userHeader.empty() ? std::string("authorization") : rules.userHeader);
  if (found == headers.end()) return {};
  std::string name = rules.userHeader.empty() ? basicUser(found->second) : trimmed(found->second);
  if (name.size() > longestName) return {};
  return name;
}

}  // namespace

AccessRules accessRules(const Settings& settings) {
  return {settings.archiveAuthenticates, settings.roles, settings.userHeader, false};
}

std::string basicUser(const std::string& authorization) {
  if (authorization.rfind(basic, 0) != 0) return {};
  const std::string pair = fromBase64(std::string_view(authorization).substr(basic.size()));
  const auto colon = pair.find(':');
  return colon == std::string::npos ? std::string() : pair.substr(0, colon);
}

Visitor visitorOf(const AccessRules& rules, const std::map<std::string, std::string>& headers) {
  if (rules.isClosed) {
    return {{}, Role::viewer, "The configuration cannot be used: nobody may change anything."};
  }
  if (!rules.archiveAuthenticates && rules.userHeader.empty()) {
    return {{}, Role::administrator, "Orthanc asks for no user: everybody is administrator here."};
  }
  const std::string user = nameIn(rules, headers);
  // Without roles, whoever Orthanc let in is a user, named or not; a proxy has to name them.
  if (rules.roles.empty() && (!user.empty() || rules.userHeader.empty())) {
    return {user, Role::administrator,
            "The configuration gives no roles: every user is administrator."};
  }
  if (user.empty()) {
    const std::string where = rules.userHeader.empty()
                                  ? "Orthanc has verified no name and password"
                                  : "the proxy's header " + rules.userHeader + " names nobody";
    return {{}, Role::none, "No user is known: " + where + ".", false};
  }
  const bool isNamed = rules.roles.count(user) != 0;
  return {user, roleOf(user, rules.roles),
          isNamed ? "The configuration gives this role (Roles)."
                  : "The configuration does not name this user (Roles)."};
}

nlohmann::json visitorJson(const Visitor& visitor, const AccessRules& rules) {
  nlohmann::json json{{"user", nullptr},
                      {"role", roleName(visitor.role)},
                      {"because", visitor.because},
                      {"archiveAuthenticates", rules.archiveAuthenticates}};
  if (!visitor.user.empty()) json["user"] = visitor.user;
  return json;
}

std::string whyRefused(const Visitor& visitor, Role needed) {
  if (visitor.role >= needed) return {};
  if (!visitor.isKnown) return visitor.because;
  const std::string who = visitor.user.empty() ? "everybody" : "\"" + visitor.user + "\"";
  const std::string is = visitor.role == Role::none ? " has no role here"
                                                    : " is " + withArticle(visitor.role) + " here";
  return who + is + ", and this takes " + withArticle(needed) + ". " + visitor.because;
}

std::string accessWarning(const AccessRules& rules) {
  if (rules.roles.empty()) {
    if (rules.userHeader.empty()) return {};
    return "a UserHeader without Roles: everybody whom the proxy names is administrator";
  }
  if (!rules.archiveAuthenticates && rules.userHeader.empty()) {
    return "the roles have no effect: Orthanc's authentication is off, everybody is administrator";
  }
  const bool hasAdministrator =
      std::any_of(rules.roles.begin(), rules.roles.end(),
                  [](const auto& entry) { return entry.second == Role::administrator; });
  return hasAdministrator ? std::string() : "the roles make nobody administrator";
}

}  // namespace cmr
