// How far a training is, whatever learns.
#pragma once

#include <cstdint>

namespace cmr {

struct TrainingProgress {
  std::int64_t step = 0;
  std::int64_t steps = 0;
  double loss = 0;
  double learningRate = 0;
  double secondsPerStep = 0;
  double dataShare = 0;  // share of the time spent waiting for data
};

}  // namespace cmr
