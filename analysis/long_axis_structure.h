// Labels of the long-axis task seg_cine_lax. Papillary muscles belong to the cavity.
#pragma once

#include <cstdint>

namespace cmr {

enum class LongAxisStructure : std::uint8_t {
  background = 0,
  lvCavity = 1,
  lvMyocardium = 2,
  rvCavity = 3,
  leftAtrium = 4,
  rightAtrium = 5
};

}  // namespace cmr
