#include "models/finite_check.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "analysis/errors.h"

namespace cmr {

void requireNumber(double value, const char* what, std::int64_t step,
                   const std::function<std::vector<std::string>()>& seen,
                   const std::string& checkpoint) {
  if (std::isfinite(value)) return;
  constexpr std::size_t named = 8;
  const std::vector<std::string> names = seen();
  std::string text = std::string("the ") + what + " is not a number at step " +
                     std::to_string(step) + ", which saw " + std::to_string(names.size()) +
                     " images:";
  for (std::size_t i = 0; i < std::min(named, names.size()); ++i) text += " " + names[i];
  text += names.size() > named ? " ..." : "";
  if (!checkpoint.empty()) {
    text += std::filesystem::exists(checkpoint) ? "; the last checkpoint is " + checkpoint
                                                : "; there is no checkpoint yet";
  }
  throw InputError(text);
}

}  // namespace cmr
