#include "tests/bench/demo_series.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "dicom_sr/read_series.h"

namespace cmr::bench {
namespace {

std::vector<InstanceBytes> readDemo() {
  std::vector<InstanceBytes> instances;
  for (const auto& entry : std::filesystem::directory_iterator(CMR_DEMO_DATA "/SCD0000301")) {
    std::ifstream in(entry.path(), std::ios::binary);
    instances.push_back(
        {entry.path().filename().string(), {std::istreambuf_iterator<char>(in), {}}});
  }
  return instances;
}

SeriesStack onlyStack() {
  ReadResult read = readInstances(demoInstances());
  if (read.stacks.empty()) throw std::runtime_error("the demo series gives no stack");
  return std::move(read.stacks.front());
}

}  // namespace

const std::vector<InstanceBytes>& demoInstances() {
  static const std::vector<InstanceBytes> instances = readDemo();
  return instances;
}

const SeriesStack& demoStack() {
  static const SeriesStack stack = onlyStack();
  return stack;
}

}  // namespace cmr::bench
