// A folder that no other test shares: tests of one program run side by side, each in a process.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

namespace cmr::test {

// Below the temporary folder, named after the running test; made when it is not there.
inline std::filesystem::path ownFolder() {
  const testing::TestInfo* test = testing::UnitTest::GetInstance()->current_test_info();
  const std::filesystem::path folder =
      std::filesystem::path(testing::TempDir()) /
      (std::string("cmr_") + test->test_suite_name() + "_" + test->name() + "_" +
       std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  return folder;
}

}  // namespace cmr::test
