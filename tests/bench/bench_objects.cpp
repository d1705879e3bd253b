// Writing the objects of an analysis, on the real geometry of the demo series.
#include <benchmark/benchmark.h>

#include "dicom_sr/contour_cine.h"
#include "dicom_sr/writers.h"
#include "tests/bench/demo_series.h"
#include "tests/support/synthetic_analysis.h"

namespace cmr::bench {
namespace {

const SaxAnalysis& analysis() {
  static const SaxAnalysis circles = test::circlesOn(demoStack());
  return circles;
}

void writeSeg(benchmark::State& state) {
  const OutputContext context = test::fixedContext();
  for (auto _ : state) {
    benchmark::DoNotOptimize(writeSegmentation(demoStack(), analysis(), context));
  }
}

void writeSr(benchmark::State& state) {
  const OutputContext context = test::fixedContext();
  const auto segmentations = writeSegmentation(demoStack(), analysis(), context);
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        writeStructuredReport(demoStack(), analysis(), context, segmentations));
  }
}

void writeSc(benchmark::State& state) {
  const OutputContext context = test::fixedContext();
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        writeResultPage(demoStack(), drawResultPage(demoStack(), analysis(), context), context));
  }
}

void writePdf(benchmark::State& state) {
  const OutputContext context = test::fixedContext();
  for (auto _ : state) {
    benchmark::DoNotOptimize(writeDocument(
        demoStack(), drawResultPdf(demoStack(), analysis(), context), "A title", context));
  }
}

void writeCine(benchmark::State& state) {
  const OutputContext context = test::fixedContext();
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        writeContourCine(demoStack(), drawContourCine(demoStack(), analysis()), context));
  }
}

BENCHMARK(writeSeg)->Name("write/SEG")->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(writeSr)->Name("write/SR")->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(writeSc)->Name("write/SC")->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(writePdf)->Name("write/PDF")->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(writeCine)->Name("write/CINE")->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace cmr::bench
