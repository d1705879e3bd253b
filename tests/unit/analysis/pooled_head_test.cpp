#include "analysis/pooled_head.h"

#include <gtest/gtest.h>

#include "analysis/errors.h"

namespace cmr {
namespace {

TokenLevels randomTokens(std::int64_t batch = 2, std::int64_t patches = 9) {
  torch::manual_seed(3);
  return {{1, torch::randn({batch, 1 + patches, 16}) * 40 + 7},
          {2, torch::randn({batch, 1 + patches, 16})}};
}

PooledHead head(int queries, std::vector<int> layers = {1, 2}) {
  torch::manual_seed(4);
  return PooledHead(PooledHeadGeometry{16, std::move(layers), queries, 3});
}

TEST(PooledHead, GivesOneLogitPerClass) {
  for (const int queries : {0, 1, 4}) {
    EXPECT_EQ(head(queries)->forward(randomTokens()).sizes(), (std::vector<std::int64_t>{2, 3}))
        << queries;
  }
}

TEST(PooledHead, DoesNotCareWhereInThePictureAPatchLies) {
  TokenLevels tokens = randomTokens();
  const std::vector<std::int64_t> order{0, 9, 3, 7, 1, 5, 2, 8, 6, 4};  // the class token first
  TokenLevels shuffled;
  for (const auto& [layer, level] : tokens) {
    shuffled[layer] = level.index_select(1, torch::tensor(order));
  }
  for (const int queries : {0, 3}) {
    PooledHead h = head(queries);
    EXPECT_TRUE(torch::allclose(h->forward(tokens), h->forward(shuffled), 1e-4, 1e-5)) << queries;
  }
}

TEST(PooledHead, DoesNotCareAboutTheScaleOfALayer) {
  TokenLevels tokens = randomTokens();
  TokenLevels scaled = tokens;
  scaled[1] = tokens[1] * 3 + 11;
  PooledHead h = head(2);
  EXPECT_TRUE(torch::allclose(h->forward(tokens), h->forward(scaled), 1e-4, 1e-5));
}

TEST(PooledHead, PoolsToTheMeanWithQueriesThatPreferNothing) {
  PooledHead mean = head(0);
  PooledHead attention = head(1);
  {
    const torch::NoGradGuard guard;
    attention->named_parameters()["queries"].zero_();
  }
  EXPECT_TRUE(
      torch::allclose(mean->pool(randomTokens()), attention->pool(randomTokens()), 1e-5, 1e-6));
}

TEST(PooledHead, FindsTheOnePatchThatItsQueryAsksFor) {
  TokenLevels tokens = randomTokens();
  PooledHead h = head(1, {2});
  const torch::Tensor normed = torch::layer_norm(tokens[2], {16}, {}, {}, 1e-6);
  {
    const torch::NoGradGuard guard;
    h->named_parameters()["queries"].copy_((normed[0][5] * 100).reshape({1, 1, 16}));
  }
  EXPECT_TRUE(torch::allclose(h->pool(tokens)[0].slice(0, 16), normed[0][5], 1e-3, 1e-3));
}

TEST(PooledHead, RefusesTokensWithoutALayerThatItReads) {
  EXPECT_THROW(head(0, {3})->forward(randomTokens()), PackageError);
  EXPECT_THROW(head(0, {}), PackageError);
}

}  // namespace
}  // namespace cmr
