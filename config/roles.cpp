#include "config/roles.h"

namespace cmr {

std::string roleName(Role role) {
  switch (role) {
    case Role::none:
      return "none";
    case Role::viewer:
      return "viewer";
    case Role::operatorRole:
      return "operator";
    case Role::administrator:
      return "administrator";
  }
  return "none";
}

Role roleOf(const std::string& user, const RoleMap& roles) {
  if (roles.empty()) return Role::administrator;
  const auto named = roles.find(user);
  // A user who is called "*" is one of the others, too.
  if (named != roles.end()) return named->second;
  const auto others = roles.find("*");
  return others == roles.end() ? Role::viewer : others->second;
}

}  // namespace cmr
