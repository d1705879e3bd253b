// Google Benchmark's program with as many threads in LibTorch as `cmr` takes.
#include <benchmark/benchmark.h>

#include "analysis/compute_choice.h"
#include "tests/bench/peak_memory.h"

int main(int argc, char** argv) {
  cmr::setThreads(0);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::AddCustomContext("precision_of_choice",
                              cmr::precisionName(cmr::choosePrecision("auto")));
  cmr::bench::PeakMemory memory;
  benchmark::RegisterMemoryManager(&memory);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
