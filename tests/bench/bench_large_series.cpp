// A cine of 12 slices and 25 phases, uncompressed: what the objects cost beside reading it. Made of
// the images of the demo series.
#include <benchmark/benchmark.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "dicom_sr/read_series.h"
#include "dicom_sr/writers.h"
#include "tests/bench/demo_series.h"
#include "tests/bench/writing_cost.h"
#include "tests/support/dicom_edit.h"
#include "tests/support/synthetic_analysis.h"

namespace cmr::bench {
namespace {

constexpr int slices = 12;
constexpr int phases = 25;
constexpr double sliceDistanceMm = 10;
constexpr double phaseMs = 40;

std::string positionText(const Vec3& p) {
  return std::to_string(p.x) + "\\" + std::to_string(p.y) + "\\" + std::to_string(p.z);
}

InstanceBytes instanceAt(int slice, int phase) {
  const ImageStack& demo = demoStack().stack;
  const StackFrame& like = demo.frame(slice % demo.sliceCount, phase % demo.phaseCount);
  const PlaneGeometry& first = demo.planes.front();
  const Vec3 origin = first.originMm + planeNormal(first) * (sliceDistanceMm * slice);
  const int number = slice * phases + phase + 1;
  return test::edited(demoInstances().at(like.sourceIndex), [&](DcmDataset& d) {
    d.putAndInsertString(DCM_SOPInstanceUID, ("1.2.3.4." + std::to_string(number)).c_str());
    d.putAndInsertString(DCM_InstanceNumber, std::to_string(number).c_str());
    d.putAndInsertString(DCM_ImagePositionPatient, positionText(origin).c_str());
    d.putAndInsertString(DCM_TriggerTime, std::to_string(phaseMs * phase).c_str());
    d.putAndInsertString(DCM_CardiacNumberOfImages, std::to_string(phases).c_str());
  });
}

const std::vector<InstanceBytes>& largeInstances() {
  static const std::vector<InstanceBytes> all = [] {
    std::vector<InstanceBytes> made;
    for (int slice = 0; slice < slices; ++slice) {
      for (int phase = 0; phase < phases; ++phase) made.push_back(instanceAt(slice, phase));
    }
    return made;
  }();
  return all;
}

const SeriesStack& largeStack() {
  static const SeriesStack stack = [] {
    ReadResult read = readInstances(largeInstances());
    if (read.stacks.size() != 1 || read.stacks.front().stack.sliceCount != slices ||
        read.stacks.front().stack.phaseCount != phases) {
      throw std::runtime_error("the large series is not read as 12 slices and 25 phases");
    }
    return std::move(read.stacks.front());
  }();
  return stack;
}

const SaxAnalysis& largeAnalysis() {
  static const SaxAnalysis circles = test::circlesOn(largeStack());
  return circles;
}

void decodeLarge(benchmark::State& state) {
  const auto& instances = largeInstances();
  for (auto _ : state) benchmark::DoNotOptimize(readInstances(instances));
}

void writeLargeSeg(benchmark::State& state) {
  const OutputContext context = test::fixedContext();
  largeAnalysis();
  measureWriting(state, [&] { return writeSegmentation(largeStack(), largeAnalysis(), context); });
}

void writeLargeSr(benchmark::State& state) {
  const OutputContext context = test::fixedContext();
  const auto segmentations = writeSegmentation(largeStack(), largeAnalysis(), context);
  measureWriting(state, [&] {
    return listOf(writeStructuredReport(largeStack(), largeAnalysis(), context, segmentations));
  });
}

BENCHMARK(decodeLarge)->Name("large/decode")->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(writeLargeSeg)->Name("large/SEG")->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(writeLargeSr)->Name("large/SR")->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace cmr::bench
