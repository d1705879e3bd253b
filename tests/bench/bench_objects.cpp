// Writing the objects of an analysis, on the real geometry of the demo series.
#include <benchmark/benchmark.h>

#include "dicom_sr/contour_cine.h"
#include "dicom_sr/presentation_state.h"
#include "dicom_sr/wall_page.h"
#include "dicom_sr/writers.h"
#include "tests/bench/demo_series.h"
#include "tests/bench/writing_cost.h"
#include "tests/support/synthetic_analysis.h"

namespace cmr::bench {
namespace {

// Outside of what is timed: the first call reads the series.
const SaxAnalysis& analysis() {
  static const SaxAnalysis circles = [] {
    SaxAnalysis a = test::circlesOn(demoStack());
    a.wall = examineWall(demoStack().stack, a.labels, {a.endDiastolePhase, a.endSystolePhase});
    return a;
  }();
  return circles;
}

void writeSeg(benchmark::State& state) {
  const OutputContext context = test::fixedContext();
  analysis();
  measureWriting(state, [&] { return writeSegmentation(demoStack(), analysis(), context); });
}

void writeSr(benchmark::State& state) {
  const OutputContext context = test::fixedContext();
  const auto segmentations = writeSegmentation(demoStack(), analysis(), context);
  measureWriting(state, [&] {
    return listOf(writeStructuredReport(demoStack(), analysis(), context, segmentations));
  });
}

void writeVolumes(benchmark::State& state) {
  const OutputContext context = test::fixedContext();
  const auto segmentations = writeSegmentation(demoStack(), analysis(), context);
  measureWriting(state, [&] {
    return listOf(writeVolumeReport(demoStack(), analysis(), context, segmentations));
  });
}

void writeSc(benchmark::State& state) {
  const OutputContext context = test::fixedContext();
  analysis();
  measureWriting(state, [&] {
    return listOf(
        writeResultPage(demoStack(), drawResultPage(demoStack(), analysis(), context), context));
  });
}

void writeWall(benchmark::State& state) {
  const OutputContext context = test::fixedContext();
  analysis();
  measureWriting(state, [&] {
    return listOf(
        writeWallPage(demoStack(), drawWallPage(demoStack(), analysis(), context), context));
  });
}

void writeGsps(benchmark::State& state) {
  const OutputContext context = test::fixedContext();
  analysis();
  measureWriting(state,
                 [&] { return listOf(writePresentationState(demoStack(), analysis(), context)); });
}

void writeSegCine(benchmark::State& state) {
  const OutputContext context = test::fixedContext();
  analysis();
  measureWriting(state,
                 [&] { return writeWholeCineSegmentation(demoStack(), analysis(), context); });
}

void writePdf(benchmark::State& state) {
  const OutputContext context = test::fixedContext();
  analysis();
  measureWriting(state, [&] {
    return listOf(writeDocument(demoStack(), drawResultPdf(demoStack(), analysis(), context),
                                "A title", context));
  });
}

void writeCine(benchmark::State& state) {
  const OutputContext context = test::fixedContext();
  analysis();
  measureWriting(state, [&] {
    return listOf(writeContourCine(demoStack(), drawContourCine(demoStack(), analysis()), context));
  });
}

BENCHMARK(writeSeg)->Name("write/SEG")->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(writeSr)->Name("write/SR")->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(writeVolumes)->Name("write/VOLUMES")->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(writeSc)->Name("write/SC")->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(writeWall)->Name("write/SC 2")->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(writePdf)->Name("write/PDF")->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(writeCine)->Name("write/CINE")->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(writeGsps)->Name("write/GSPS")->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(writeSegCine)->Name("write/SEGCINE")->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace cmr::bench
