#include "plugin/database_size.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/support/test_folder.h"

namespace cmr {
namespace {

TEST(DatabaseSize, CountsTheDatabaseAndTheFilesBesideIt) {
  const auto folder = test::ownFolder();
  std::ofstream(folder / "jobs.sqlite") << "12345";
  std::ofstream(folder / "jobs.sqlite-wal") << "678";
  const auto size = databaseSize(folder / "jobs.sqlite");
  EXPECT_EQ(size["bytes"], 8);
  EXPECT_EQ(size["folder"], folder.string());
  EXPECT_EQ(databaseSize("/no/such/folder/jobs.sqlite")["bytes"], 0);
}

}  // namespace
}  // namespace cmr
