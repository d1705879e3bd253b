// `cmr pretrain` from outside: several processes that take every step together.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <filesystem>

#include "analysis/safetensors.h"
#include "tests/support/judge.h"
#include "tests/support/test_folder.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;

// Two steps with drawn hearts, large ones so that weights move far. Without drop-path, whose chance
// differs between processes.
SafetensorsFile backboneOf(const std::string& name, const std::string& options) {
  const fs::path out = test::ownFolder() / name;
  fs::remove_all(out);
  const test::Verdict verdict = test::run(
      CMR_PROGRAM
      " pretrain --phantom-share 1 --steps 2 --size 32 --local-size 16 --local-crops 1"
      " --prototypes 32 --drop-path 0 --warmup-steps 0 --frozen-prototype-steps 0"
      " --learning-rate 0.05 --teacher-momentum 0.5 --probe-every 2 --probe-images 2 --seed 3"
      " --threads 1 --precision float32 --device cpu " +
      options + " -o " + out.string());
  EXPECT_EQ(verdict.status, 0) << verdict.output;
  for (const auto& entry : fs::directory_iterator(out)) {
    EXPECT_NE(entry.path().filename().string().rfind("meeting", 0), 0U) << entry.path();
  }
  SafetensorsFile file = SafetensorsFile::open((out / "backbone.safetensors").string());
  fs::remove_all(out);
  return file;
}

// Root of the mean square over all weights.
double distance(const SafetensorsFile& a, const SafetensorsFile& b) {
  double sum = 0;
  double count = 0;
  for (const auto& [name, entry] : a.tensors()) {
    const auto& other = b.tensors().at(name).bytes;
    for (std::size_t at = 0; at < entry.bytes.size(); at += sizeof(float)) {
      float left = 0;
      float right = 0;
      std::memcpy(&left, entry.bytes.data() + at, sizeof(float));
      std::memcpy(&right, other.data() + at, sizeof(float));
      sum += (static_cast<double>(left) - right) * (static_cast<double>(left) - right);
      count += 1;
    }
  }
  return std::sqrt(sum / count);
}

// Where a gradient is 0 but for rounding, AdamW steps by its sign: hence a twentieth and not less.
constexpr double likeness = 0.05;

TEST(PretrainCommand, TakesTheSameStepsInTwoProcessesAsInOneWithADoubleBatch) {
  const SafetensorsFile half = backboneOf("half", "--batch 1");
  const SafetensorsFile whole = backboneOf("whole", "--batch 2");
  const SafetensorsFile two = backboneOf("two", "--batch 1 --processes 2");
  EXPECT_LT(distance(two, whole), likeness * distance(half, whole));
}

TEST(PretrainCommand, TakesTheSameStepsInTwoProcessesAsInOneThatAccumulatesAllTerms) {
  const SafetensorsFile half = backboneOf("half", "--batch 2 --patch-objective");
  const SafetensorsFile whole = backboneOf("whole", "--batch 2 --patch-objective --accumulate 2");
  const SafetensorsFile two = backboneOf("two", "--batch 2 --patch-objective --processes 2");
  EXPECT_LT(distance(two, whole), likeness * distance(half, whole));
}

}  // namespace
}  // namespace cmr
