// What a confined process may not ask the kernel for: seccomp(2).
#pragma once

#include <string>

namespace cmr {

// Of the calling thread and of all others of the process, for ever; needs no_new_privs (prctl(2)).
// What is refused is told in worker_confinement.h. withGpu: what the driver of a GPU needs is not.
// Empty when the filter is in force; otherwise why it is not.
std::string refuseCalls(bool withGpu);

}  // namespace cmr
