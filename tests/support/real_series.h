// Real series for tests: small ones from the repository, larger ones from CMR_SHARED_DATA.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "dicom_sr/source.h"

namespace cmr::test {

inline std::vector<InstanceBytes> instancesBelow(const std::string& folder) {
  std::vector<InstanceBytes> instances;
  if (!std::filesystem::is_directory(folder)) return instances;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".dcm") continue;
    std::string bytes(entry.file_size(), '\0');
    std::ifstream(entry.path(), std::ios::binary)
        .read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    instances.push_back({entry.path().filename().string(), std::move(bytes)});
  }
  return instances;
}

}  // namespace cmr::test

// Declares `instances`: the series that ships with the project, which is always there.
#define CMR_DEMO_SERIES(instances)                                           \
  const std::vector<cmr::InstanceBytes> instances =                          \
      cmr::test::instancesBelow(std::string(CMR_DEMO_DATA) + "/SCD0000301"); \
  ASSERT_EQ(instances.size(), 200U)

// Declares `instances` of a larger series, or says that it is absent and skips the test.
#define CMR_REAL_SERIES(instances, folder)                                      \
  const std::vector<cmr::InstanceBytes> instances =                             \
      cmr::test::instancesBelow(std::string(CMR_SHARED_DATA) + "/" + (folder)); \
  if (instances.empty()) GTEST_SKIP() << "no real images at " << CMR_SHARED_DATA << "/" << (folder)
