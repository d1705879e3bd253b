#include "plugin/resource_floor.h"

#include <gmock/gmock.h>

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

TEST(ResourceFloor, ThisMachineTells) {
  const FreeResources free = measureResources({"/", "/there/is/no/such/folder"});
  ASSERT_EQ(free.disks.size(), 1U);
  EXPECT_EQ(free.disks.front().folder, "/");
  ASSERT_TRUE(free.memoryBytes.has_value());
  EXPECT_GT(*free.memoryBytes, mebi);
}

}  // namespace
}  // namespace cmr
