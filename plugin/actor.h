// Who makes a change.
#pragma once

#include <string>

namespace cmr {

struct Actor {
  std::string user;  // empty: nobody is named
  // roleName() of who asked; empty: the service itself, in the course of its work, which is not on
  // record: jobs tell that themselves.
  std::string role;

  bool isOnRecord() const { return !role.empty(); }
};

// Files that changed on disk: who did it is not known here.
inline constexpr const char* serviceRole = "service";

}  // namespace cmr
