#include "plugin/worker_share.h"

#include <gmock/gmock.h>

#include <fstream>

#include "tests/support/job_store_fixture.h"

namespace cmr {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(WorkerShare, ASingleWorkerGetsAllAndSeesWhatThisProcessSees) {
  const WorkerShare all = shareOf(0, 1, 0, 16, {"0", "1"});
  EXPECT_EQ(all.threads, 0);
  EXPECT_EQ(all.gpu, "");
}

TEST(WorkerShare, ThreadsAreDividedAndNobodyIsLeftWithout) {
  EXPECT_EQ(shareOf(0, 3, 0, 16, {}).threads, 6);
  EXPECT_EQ(shareOf(1, 3, 0, 16, {}).threads, 5);
  EXPECT_EQ(shareOf(2, 3, 0, 16, {}).threads, 5);
  EXPECT_EQ(shareOf(0, 2, 8, 16, {}).threads, 4);
  EXPECT_EQ(shareOf(3, 4, 2, 16, {}).threads, 1);
  EXPECT_EQ(shareOf(0, 4, 0, 0, {}).threads, 1);  // nobody knows how many cores there are
}

TEST(WorkerShare, GpusGoRound) {
  const std::vector<std::string> gpus{"2", "GPU-5"};
  EXPECT_EQ(shareOf(0, 3, 0, 16, gpus).gpu, "2");
  EXPECT_EQ(shareOf(1, 3, 0, 16, gpus).gpu, "GPU-5");
  EXPECT_EQ(shareOf(2, 3, 0, 16, gpus).gpu, "2");
  EXPECT_EQ(shareOf(1, 3, 0, 16, {}).gpu, "");
}

TEST(WorkerShare, AListThatIsSetIsWhatIsDivided) {
  EXPECT_THAT(usableGpus("3,1"), ElementsAre("3", "1"));
  EXPECT_THAT(usableGpus("MIG-1a, GPU-2b"), ElementsAre("MIG-1a", "GPU-2b"));
  EXPECT_THAT(usableGpus("0,-1,2"), ElementsAre("0"));  // as CUDA reads it
  EXPECT_THAT(usableGpus(""), IsEmpty());
  EXPECT_THAT(usableGpus("-1"), IsEmpty());
}

TEST(WorkerShare, WithoutAListTheDevicesAreCounted) {
  const test::TemporaryFolder devices;
  EXPECT_THAT(usableGpus(nullptr, devices.path().string()), IsEmpty());
  for (const char* file : {"nvidia0", "nvidia3", "nvidiactl", "nvidia-uvm", "null"}) {
    std::ofstream(devices.path() / file) << "";
  }
  EXPECT_THAT(usableGpus(nullptr, devices.path().string()), ElementsAre("0", "1"));
  EXPECT_THAT(usableGpus(nullptr, "/no/such/folder"), IsEmpty());
}

}  // namespace
}  // namespace cmr
