#include "analysis/vit.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "analysis/errors.h"

namespace cmr {
namespace {

using Matrix = std::vector<std::vector<double>>;  // [token][feature]

// The mathematics of the transformer once more, in plain loops and double precision, with nothing
// of LibTorch but the parameter values.
class PlainVit {
 public:
  PlainVit(Vit& vit) : geometry_(vit->geometry()) {
    for (const auto& item : vit->named_parameters()) {
      const torch::Tensor flat = item.value().detach().to(torch::kFloat64).contiguous().view({-1});
      parameters_[item.key()] = {flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel()};
    }
  }

  Matrix tokens(const std::vector<double>& image, int side) const {
    Matrix x = embed(image, side);
    for (int i = 0; i < geometry_.depth; ++i) {
      const std::string block = "blocks." + std::to_string(i) + ".";
      add(x, attend(normalise(x, block + "norm1"), block + "attn."));
      Matrix hidden = linear(normalise(x, block + "norm2"), block + "mlp.fc1");
      for (auto& row : hidden) {
        for (double& v : row) {
          v = 0.5 * v * (1 + std::erf(v / std::sqrt(2.0)));
        }
      }
      add(x, linear(hidden, block + "mlp.fc2"));
    }
    return normalise(x, "norm");
  }

 private:
  const std::vector<double>& at(const std::string& name) const { return parameters_.at(name); }

  Matrix embed(const std::vector<double>& image, int side) const {
    const int p = geometry_.patchSize;
    const int d = geometry_.width;
    const int grid = side / p;
    const auto& weight = at("patch_embed.proj.weight");
    const auto& bias = at("patch_embed.proj.bias");
    const auto& position = at("pos_embed");
    Matrix x(static_cast<std::size_t>(1 + grid * grid),
             std::vector<double>(static_cast<std::size_t>(d)));
    for (int f = 0; f < d; ++f) {
      x[0][static_cast<std::size_t>(f)] =
          at("cls_token")[static_cast<std::size_t>(f)] + position[static_cast<std::size_t>(f)];
      for (int t = 0; t < grid * grid; ++t) {
        double sum = bias[static_cast<std::size_t>(f)];
        for (int y = 0; y < p; ++y) {
          for (int c = 0; c < p; ++c) {
            sum +=
                weight[static_cast<std::size_t>((f * p + y) * p + c)] *
                image[static_cast<std::size_t>(((t / grid) * p + y) * side + (t % grid) * p + c)];
          }
        }
        x[static_cast<std::size_t>(t + 1)][static_cast<std::size_t>(f)] =
            sum + position[static_cast<std::size_t>((t + 1) * d + f)];
      }
    }
    return x;
  }

  Matrix normalise(const Matrix& x, const std::string& name) const {
    Matrix y = x;
    for (auto& row : y) {
      double mean = 0;
      double square = 0;
      for (const double v : row) mean += v / static_cast<double>(row.size());
      for (const double v : row)
        square += (v - mean) * (v - mean) / static_cast<double>(row.size());
      for (std::size_t f = 0; f < row.size(); ++f) {
        row[f] = (row[f] - mean) / std::sqrt(square + geometry_.layerNormEpsilon) *
                     at(name + ".weight")[f] +
                 at(name + ".bias")[f];
      }
    }
    return y;
  }

  Matrix linear(const Matrix& x, const std::string& name) const {
    const auto& weight = at(name + ".weight");
    const auto& bias = at(name + ".bias");
    Matrix y;
    for (const auto& row : x) {
      std::vector<double> out = bias;
      for (std::size_t o = 0; o < bias.size(); ++o) {
        for (std::size_t i = 0; i < row.size(); ++i) out[o] += weight[o * row.size() + i] * row[i];
      }
      y.push_back(out);
    }
    return y;
  }

  Matrix attend(const Matrix& x, const std::string& name) const {
    const Matrix mixed = linear(x, name + "qkv");
    const auto d = static_cast<std::size_t>(geometry_.width);
    const auto headWidth = d / static_cast<std::size_t>(geometry_.heads);
    Matrix gathered(x.size(), std::vector<double>(d));
    for (std::size_t h = 0; h < static_cast<std::size_t>(geometry_.heads); ++h) {
      for (std::size_t q = 0; q < x.size(); ++q) {
        std::vector<double> weight(x.size());
        double sum = 0;
        for (std::size_t k = 0; k < x.size(); ++k) {
          double score = 0;
          for (std::size_t f = 0; f < headWidth; ++f) {
            score += mixed[q][h * headWidth + f] * mixed[k][d + h * headWidth + f];
          }
          weight[k] = std::exp(score / std::sqrt(static_cast<double>(headWidth)));
          sum += weight[k];
        }
        for (std::size_t k = 0; k < x.size(); ++k) {
          for (std::size_t f = 0; f < headWidth; ++f) {
            gathered[q][h * headWidth + f] += weight[k] / sum * mixed[k][2 * d + h * headWidth + f];
          }
        }
      }
    }
    return linear(gathered, name + "proj");
  }

  static void add(Matrix& x, const Matrix& y) {
    for (std::size_t t = 0; t < x.size(); ++t) {
      for (std::size_t f = 0; f < x[t].size(); ++f) x[t][f] += y[t][f];
    }
  }

  VitGeometry geometry_;
  std::map<std::string, std::vector<double>> parameters_;
};

VitGeometry smallGeometry() {
  VitGeometry g;
  g.patchSize = 4;
  g.width = 48;
  g.depth = 3;
  g.heads = 4;
  g.positionGrid = 5;
  return g;
}

// Parameters far from their gentle start, so that every term carries weight.
Vit wildVit(const VitGeometry& geometry) {
  torch::manual_seed(7);
  Vit vit(geometry);
  const torch::NoGradGuard guard;
  for (auto& p : vit->parameters()) {
    p.add_(torch::randn_like(p) * 0.2);
  }
  vit->eval();
  return vit;
}

TEST(Vit, AgreesWithAnIndependentImplementationOfTheSameMathematics) {
  Vit vit = wildVit(smallGeometry());
  const torch::Tensor image = torch::randn({1, 1, 20, 20});
  const torch::Tensor flat = image.to(torch::kFloat64).contiguous().view({-1});
  const Matrix expected =
      PlainVit(vit).tokens({flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel()}, 20);
  const torch::InferenceMode guard;
  const torch::Tensor tokens = vit->forwardTokens(image, ComputePrecision::float32);
  ASSERT_EQ(tokens.size(1), static_cast<std::int64_t>(expected.size()));
  for (std::size_t t = 0; t < expected.size(); ++t) {
    for (std::size_t f = 0; f < expected[t].size(); ++f) {
      ASSERT_NEAR(
          tokens[0][static_cast<std::int64_t>(t)][static_cast<std::int64_t>(f)].item<double>(),
          expected[t][f], 1e-4);
    }
  }
}

TEST(Vit, CarriesTheParameterNamesOfTimm) {
  Vit vit(smallGeometry());
  const auto names = vit->named_parameters();
  for (const char* name :
       {"cls_token", "pos_embed", "patch_embed.proj.weight", "blocks.0.norm1.weight",
        "blocks.2.attn.qkv.weight", "blocks.1.attn.proj.bias", "blocks.0.mlp.fc1.weight",
        "blocks.0.mlp.fc2.bias", "norm.bias"}) {
    EXPECT_NE(names.find(name), nullptr) << name;
  }
  EXPECT_EQ(names.size(), 4U + 3U * 12U + 2U);
}

TEST(Vit, StaysCloseToItselfInBfloat16) {
  VitGeometry geometry = smallGeometry();
  torch::manual_seed(3);
  Vit vit(geometry);
  vit->eval();
  const torch::InferenceMode guard;
  const torch::Tensor image = torch::randn({2, 1, 20, 20});
  const torch::Tensor exact = vit->forwardTokens(image, ComputePrecision::float32);
  const torch::Tensor rounded = vit->forwardTokens(image, ComputePrecision::bfloat16);
  EXPECT_LT((exact - rounded).abs().max().item<double>(), 0.1);
  EXPECT_GT((exact - rounded).abs().max().item<double>(), 0.0);
}

TEST(Vit, TakesOtherSizesByInterpolatingPositions) {
  Vit vit = wildVit(smallGeometry());
  const torch::InferenceMode guard;
  const VitFeatures features =
      vit->forward(torch::randn({2, 1, 32, 24}), {1, 3}, ComputePrecision::float32);
  ASSERT_EQ(features.levels.size(), 2U);
  EXPECT_EQ(features.levels[0].sizes(), (std::vector<std::int64_t>{2, 48, 8, 6}));
  EXPECT_EQ(features.classToken.sizes(), (std::vector<std::int64_t>{2, 48}));
}

TEST(Vit, RefusesSidesThatArePatchFractions) {
  Vit vit(smallGeometry());
  EXPECT_THROW(vit->forwardTokens(torch::randn({1, 1, 21, 20}), ComputePrecision::float32),
               InputError);
}

}  // namespace
}  // namespace cmr
