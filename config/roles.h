// What a user may do here: everything of a lower role and something more.
#pragma once

#include <map>
#include <string>

namespace cmr {

// viewer: sees everything, changes nothing; operatorRole ("operator"): works the queue;
// administrator: decides what is analysed.
enum class Role { none, viewer, operatorRole, administrator };

// "none", "viewer", "operator", "administrator".
std::string roleName(Role role);

// User -> role; "*" stands for everybody who is not named.
using RoleMap = std::map<std::string, Role>;

// Names are compared byte by byte. An empty map makes everybody administrator; one without "*"
// makes those whom it does not name viewers.
Role roleOf(const std::string& user, const RoleMap& roles);

}  // namespace cmr
