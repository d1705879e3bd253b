// What a confined process may not ask the kernel for: seccomp(2).
#pragma once

#include <string>

namespace cmr {

// Of the calling thread and of all others of the process, for ever; needs no_new_privs (prctl(2)).
// Empty when the filter is in force; otherwise why it is not.
std::string refuseCalls();

}  // namespace cmr
