#include "models/draw_ahead.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>

namespace cmr {
namespace {

// A draw whose later steps are done earlier.
std::int64_t slowWhenEven(std::int64_t step) {
  if (step % 2 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(2));
  return step * step;
}

TEST(DrawAhead, HandsOutBatchesInTheOrderOfTheirStepsWhateverTheThreads) {
  for (const int threads : {1, 2, 7}) {
    DrawAhead<std::int64_t> source(slowWhenEven, 5, threads);
    for (std::int64_t step = 5; step < 60; ++step) {
      EXPECT_EQ(source.next(), step * step) << threads << " threads";
    }
  }
}

TEST(DrawAhead, DrawsEachStepOnceAndNotFarAhead) {
  std::atomic<std::int64_t> drawn{0};
  DrawAhead<std::int64_t> source(
      [&](std::int64_t step) {
        ++drawn;
        return step;
      },
      0, 3);
  for (int i = 0; i < 40; ++i) (void)source.next();
  EXPECT_GE(drawn, 40);
  EXPECT_LE(drawn, 40 + 6);
}

TEST(DrawAhead, HandsOutWhatWasDrawnBeforeAFailureAndThenTheFailure) {
  for (const int threads : {1, 4}) {
    DrawAhead<std::int64_t> source(
        [](std::int64_t step) {
          if (step == 9) throw std::runtime_error("step 9");
          return step;
        },
        0, threads);
    for (std::int64_t step = 0; step < 9; ++step) EXPECT_EQ(source.next(), step);
    EXPECT_THROW(source.next(), std::runtime_error);
    EXPECT_THROW(source.next(), std::runtime_error) << "and goes on to say so";
  }
}

TEST(DrawAhead, EndsWhileItsThreadsAreBusy) {
  for (int i = 0; i < 20; ++i) {
    DrawAhead<std::int64_t> source(slowWhenEven, 0, 4);
    EXPECT_EQ(source.next(), 0);
  }
}

}  // namespace
}  // namespace cmr
