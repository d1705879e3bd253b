// Something that repair or a check came upon, and whose numbers it casts doubt on.
#pragma once

#include <string>

#include "analysis/label_stack.h"
#include "analysis/measurement.h"

namespace cmr {

struct Finding {
  Flag flag;
  bool doubtsLv = false;          // volumes of the left ventricle and what follows from them
  bool doubtsMyocardium = false;  // mass
  bool doubtsRv = false;
  // What it is said of; background: the heart or the images as a whole. What is said of a structure
  // that is not reported is not reported either.
  Structure about = Structure::background;
};

}  // namespace cmr
