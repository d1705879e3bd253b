#include "models/training_group.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "analysis/errors.h"
#include "tests/support/test_folder.h"

namespace cmr {
namespace {

// What a member brings and takes home.
std::vector<torch::Tensor> valuesOf(int rank) {
  return {torch::tensor({1.0F, 2.0F, 4.0F}) * (rank + 1), torch::ones({2, 2}) * rank};
}

TEST(TrainingGroup, GivesEveryMemberTheSameMean) {
  if (!TrainingGroup::isAvailable()) GTEST_SKIP() << "built without gloo";
  const std::string meeting = (test::ownFolder() / "meeting").string();
  std::filesystem::remove(meeting);
  constexpr int members = 3;
  std::vector<std::vector<torch::Tensor>> values;
  for (int rank = 0; rank < members; ++rank) values.push_back(valuesOf(rank));
  std::vector<std::thread> threads;
  for (int rank = 0; rank < members; ++rank) {
    threads.emplace_back([&, rank] {
      TrainingGroup group({rank, members, meeting});
      group.average(values[static_cast<std::size_t>(rank)]);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& own : values) {
    EXPECT_TRUE(torch::equal(own[0], torch::tensor({2.0F, 4.0F, 8.0F})));
    EXPECT_TRUE(torch::equal(own[1], torch::ones({2, 2})));
  }
}

TEST(TrainingGroup, ExchangesNothingWhenAlone) {
  TrainingGroup alone({});
  const std::vector<torch::Tensor> values = valuesOf(0);
  alone.average(values);
  EXPECT_TRUE(torch::equal(values[0], valuesOf(0)[0]));
  EXPECT_TRUE(alone.isFirst());
}

TEST(TrainingGroup, RefusesAPlaceThatThereIsNot) {
  EXPECT_THROW(TrainingGroup({2, 2, "nowhere"}), InputError);
  EXPECT_THROW(TrainingGroup({-1, 2, "nowhere"}), InputError);
}

}  // namespace
}  // namespace cmr
