// A folder that no other test shares: tests of one program run side by side, each in a process.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <system_error>

namespace cmr::test {

// Takes the folders of a test away when it ends, but leaves those of a failed one to be looked at.
class FolderSweeper : public testing::EmptyTestEventListener {
 public:
  static FolderSweeper& ofThisProgram() {
    static FolderSweeper* const sweeper = [] {
      auto own = std::make_unique<FolderSweeper>();
      FolderSweeper* const added = own.get();
      testing::UnitTest::GetInstance()->listeners().Append(own.release());  // which owns it
      return added;
    }();
    return *sweeper;
  }
  void note(const std::filesystem::path& folder) { folders_.insert(folder); }

 private:
  void OnTestEnd(const testing::TestInfo& test) override {
    for (const std::filesystem::path& folder : folders_) {
      std::error_code ignored;
      if (!test.result()->Failed()) std::filesystem::remove_all(folder, ignored);
    }
    folders_.clear();
  }

  std::set<std::filesystem::path> folders_;
};

// Below the temporary folder, named after the running test; made when it is not there.
inline std::filesystem::path ownFolder() {
  const testing::TestInfo* test = testing::UnitTest::GetInstance()->current_test_info();
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) /
                                       (std::string("cmr_") + test->test_suite_name() + "_" +
                                        test->name() + "_" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  FolderSweeper::ofThisProgram().note(folder);
  return folder;
}

// Made anew, without what an earlier run of this test has left there.
inline std::filesystem::path freshFolder(const std::string& name) {
  const std::filesystem::path folder = ownFolder() / name;
  std::filesystem::remove_all(folder);
  return folder;
}

inline std::string bytesOf(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace cmr::test
