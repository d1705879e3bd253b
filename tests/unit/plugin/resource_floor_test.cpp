#include "plugin/resource_floor.h"

#include <gmock/gmock.h>

#include <fstream>

#include "tests/support/job_store_fixture.h"

namespace cmr {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr std::uint64_t mebi = std::uint64_t{1} << 20;

TEST(ResourceFloor, EnoughIsNoSentence) {
  EXPECT_EQ(belowFloor({100 * mebi, 50 * mebi, {}}, {{{"/a", 100 * mebi}}, 50 * mebi}), "");
}

TEST(ResourceFloor, ADiskThatIsShortIsNamedWithBothNumbers) {
  const FreeResources free{{{"/a", 500 * mebi}, {"/b", 99 * mebi}}, std::nullopt};
  EXPECT_THAT(
      belowFloor({100 * mebi, 0, {}}, free),
      AllOf(HasSubstr("/b"), HasSubstr("99 MiB"), HasSubstr("100 MiB"), HasSubstr("DiskFloorMiB")));
}

TEST(ResourceFloor, ShortMemoryIsNamedWithBothNumbers) {
  EXPECT_THAT(belowFloor({0, 100 * mebi, {}}, {{}, 7 * mebi}),
              AllOf(HasSubstr("7 MiB"), HasSubstr("MemoryFloorMiB")));
}

TEST(ResourceFloor, ASystemThatDoesNotTellIsNotHeldAgainstTheJobs) {
  EXPECT_EQ(belowFloor({1, 1, {}}, {}), "");
}

// Groups as systemd makes them, in a folder.
TEST(ResourceFloor, TheNarrowestOfTheGroupsAboveUsCounts) {
  const test::TemporaryFolder folder;
  const auto write = [&](const std::string& name, const std::string& text) {
    const auto path = folder.path() / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  };
  const std::string root = (folder.path() / "cgroup").string();
  const std::string list = (folder.path() / "self").string();
  write("self", "1:cpu:/other\n0::/system.slice/orthanc.service\n");
  EXPECT_FALSE(freeInControlGroups(root, list).has_value());
  write("cgroup/memory.max", "max");
  write("cgroup/memory.current", "5000");
  EXPECT_FALSE(freeInControlGroups(root, list).has_value());
  write("cgroup/system.slice/memory.max", "9000");
  write("cgroup/system.slice/memory.current", "2000");
  EXPECT_EQ(freeInControlGroups(root, list), 7000U);
  write("cgroup/system.slice/orthanc.service/memory.max", "3000");
  write("cgroup/system.slice/orthanc.service/memory.current", "1000");
  write("cgroup/system.slice/orthanc.service/memory.stat", "anon 800\ninactive_file 200\n");
  EXPECT_EQ(freeInControlGroups(root, list), 2200U);
}

TEST(ResourceFloor, ThisMachineTells) {
  const FreeResources free = measureResources({"/", "/there/is/no/such/folder"});
  ASSERT_EQ(free.disks.size(), 1U);
  EXPECT_EQ(free.disks.front().folder, "/");
  ASSERT_TRUE(free.memoryBytes.has_value());
  EXPECT_GT(*free.memoryBytes, mebi);
}

}  // namespace
}  // namespace cmr
