// A training that has lost its numbers stops, and says on what.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace cmr {

// Throws InputError when `value`, called `what`, is not a finite number: names the step, the first
// few of what it saw, and the checkpoint from before it, if there is one; no path: a training that
// writes none. seen: asked only then.
void requireNumber(double value, const char* what, std::int64_t step,
                   const std::function<std::vector<std::string>()>& seen,
                   const std::string& checkpoint);

}  // namespace cmr
