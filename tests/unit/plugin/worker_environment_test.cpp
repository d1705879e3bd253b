#include "plugin/worker_environment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

namespace cmr {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Not;

// OpenMP would end the worker when the filter of its system calls refuses to bind a thread.
TEST(WorkerEnvironment, OpenMPKeepsItsThreadsWithoutPlaces) {
  ::setenv("OMP_PROC_BIND", "true", 1);
  ::setenv("OMP_PLACES", "cores", 1);
  ::setenv("OMP_WAIT_POLICY", "passive", 1);
  const std::vector<std::string> variables = workerEnvironment();
  for (const char* name : {"OMP_PROC_BIND", "OMP_PLACES", "OMP_WAIT_POLICY"}) ::unsetenv(name);
  EXPECT_THAT(variables,
              AllOf(Contains("OMP_WAIT_POLICY=passive"), Not(Contains("OMP_PROC_BIND=true")),
                    Not(Contains("OMP_PLACES=cores"))));
}

}  // namespace
}  // namespace cmr
