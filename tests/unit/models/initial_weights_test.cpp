#include "models/initial_weights.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "analysis/errors.h"
#include "models/checkpoint.h"
#include "models/package_writer.h"
#include "tests/support/test_folder.h"
#include "tests/support/tiny_network.h"

namespace cmr {
namespace {

constexpr double roundingOfBfloat16 = 1.0 / 256;

void expectClose(const Network& a, const Network& b) {
  const auto other = b->named_parameters();
  for (const auto& item : a->named_parameters()) {
    EXPECT_TRUE(torch::allclose(item.value(), other[item.key()], roundingOfBfloat16, 1e-6))
        << item.key();
  }
}

TEST(InitialWeights, ComeFromAPackageAsFromACheckpoint) {
  const std::string folder = test::ownFolder().string();
  const Network source = seededNetwork(tinyVit(), 1);
  writePackage(folder + "/package", seededNetwork(tinyVit(), 1),
               {"tiny", "0.0.1", 2.0, tinySize, nlohmann::json::object(), {}});
  saveParameters(folder + "/best.ckpt", source);
  for (const char* name : {"/package", "/best.ckpt"}) {
    Network network = seededNetwork(tinyVit(), 2);
    const TakenParameters taken = takeInitialWeights(folder + name, network);
    EXPECT_EQ(taken.taken, taken.total) << name;
    expectClose(network, source);
  }
}

TEST(InitialWeights, OfAnotherNetworkOrOfADamagedPackageAreRefused) {
  const std::string folder = test::ownFolder().string();
  writePackage(folder, seededNetwork(tinyVit()),
               {"tiny", "0.0.1", 2.0, tinySize, nlohmann::json::object(), {}});
  Network unet = seededNetwork(tinyUnet());
  EXPECT_THROW(takeInitialWeights(folder, unet), InputError);
  std::ofstream(folder + "/heads-1.safetensors", std::ios::app) << "more";
  Network same = seededNetwork(tinyVit(), 2);
  EXPECT_THROW(takeInitialWeights(folder, same), PackageError);
}

}  // namespace
}  // namespace cmr
