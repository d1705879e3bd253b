#include "plugin/package_card.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "analysis/errors.h"
#include "plugin/disk_space.h"
#include "tests/support/test_folder.h"

namespace cmr {
namespace {

TEST(PackageCard, ShowsTheManifestAndTheCardOfAPackage) {
  const auto folder = test::ownFolder();
  EXPECT_THROW(packageCard(folder), PackageError);
  std::ofstream(folder / "manifest.json") << "[1, 2";
  EXPECT_THROW(packageCard(folder), PackageError);
  std::ofstream(folder / "manifest.json") << R"({"name": "starter"})";
  EXPECT_EQ(packageCard(folder)["manifest"]["name"], "starter");
  EXPECT_EQ(packageCard(folder)["card"], "");
  std::ofstream(folder / "MODEL_CARD.md") << "# starter";
  EXPECT_EQ(packageCard(folder)["card"], "# starter");
}

TEST(DiskSpace, TellsWhatIsFreeAndWhatTheQueueTakes) {
  const auto folder = test::ownFolder();
  std::ofstream(folder / "jobs.sqlite") << "12345";
  std::ofstream(folder / "jobs.sqlite-wal") << "678";
  const auto space = diskSpace(folder / "jobs.sqlite");
  EXPECT_EQ(space["databaseBytes"], 8);
  EXPECT_GT(space["freeBytes"], 0);
  EXPECT_EQ(space["folder"], folder.string());
  EXPECT_EQ(diskSpace("/no/such/folder/jobs.sqlite")["freeBytes"], nullptr);
}

}  // namespace
}  // namespace cmr
