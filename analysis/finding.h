// Something that repair or a check came upon, and whose numbers it casts doubt on.
#pragma once

#include <string>

#include "analysis/measurement.h"

namespace cmr {

struct Finding {
  Flag flag;
  bool doubtsLv = false;          // volumes of the left ventricle and what follows from them
  bool doubtsMyocardium = false;  // mass
  bool doubtsRv = false;
};

inline Finding note(const std::string& id, const std::string& text) {
  return {{Severity::note, id, text}, false, false, false};
}

}  // namespace cmr
