#include "analysis/right_ventricle.h"

#include <cstddef>

#include "analysis/label_stack.h"

namespace cmr {

void takeRightVentricle(std::span<std::uint8_t> labels, std::span<const std::uint8_t> own) {
  constexpr auto background = static_cast<std::uint8_t>(Structure::background);
  constexpr auto right = static_cast<std::uint8_t>(Structure::rvCavity);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] == right) labels[i] = background;
    if (labels[i] == background && own[i] == right) labels[i] = right;
  }
}

}  // namespace cmr
