#include "models/phantom_frames.h"

#include <algorithm>
#include <utility>

#include "analysis/errors.h"
#include "models/dense_samples.h"
#include "models/phantom_exam.h"

namespace cmr {
namespace {

// From a T2 of 150 ms to the number that a T1 of 2,000 ms has.
constexpr double t2Scale = 2000.0 / 150.0;

bool serves(const std::string& task, PhantomSequence sequence) {
  if (task == "seg_cine_sax") return sequence == PhantomSequence::cine;
  if (task == "seg_lge_sax") {
    return sequence == PhantomSequence::lge || sequence == PhantomSequence::lgePsir;
  }
  return sequence == PhantomSequence::t1Map || sequence == PhantomSequence::t2Map;
}

std::size_t cavityPixels(const PhantomExam& exam, const ExamSeries& series, std::size_t frame) {
  const ExamFrame cut = cutFrame(exam, series, frame);
  return static_cast<std::size_t>(
      std::count_if(cut.tissues.begin(), cut.tissues.end(), [](std::uint8_t tissue) {
        return shortAxisStructure(static_cast<PhantomTissue>(tissue)) == Structure::lvCavity;
      }));
}

// Frames of one slice, by phase.
std::vector<std::size_t> framesOfSlice(const ExamSeries& series, int slice) {
  std::vector<std::size_t> frames(static_cast<std::size_t>(series.phaseCount));
  for (std::size_t i = 0; i < series.frames.size(); ++i) {
    const ExamFramePlan& plan = series.frames[i];
    if (plan.slice == slice) frames[static_cast<std::size_t>(plan.phaseIndex)] = i;
  }
  return frames;
}

// End systole where the cavity of the middle slice is smallest; end diastole is the first phase.
int endSystoleOf(const PhantomExam& exam, const ExamSeries& series) {
  const std::vector<std::size_t> frames = framesOfSlice(series, series.sliceCount / 2);
  int smallest = 0;
  std::size_t least = cavityPixels(exam, series, frames.front());
  for (int phase = 1; phase < series.phaseCount; ++phase) {
    const std::size_t pixels = cavityPixels(exam, series, frames[static_cast<std::size_t>(phase)]);
    if (pixels >= least) continue;
    least = pixels;
    smallest = phase;
  }
  return smallest;
}

std::vector<int> slicesWithCavity(const PhantomExam& exam, const ExamSeries& series) {
  std::vector<int> slices;
  for (int slice = 0; slice < series.sliceCount; ++slice) {
    if (cavityPixels(exam, series, framesOfSlice(series, slice).front()) > 0) {
      slices.push_back(slice);
    }
  }
  return slices;
}

std::vector<int> evenly(const std::vector<int>& all, int count) {
  const auto wanted = static_cast<std::size_t>(std::max(1, count));
  if (all.size() <= wanted) return all;
  std::vector<int> some;
  for (std::size_t i = 0; i < wanted; ++i) {
    some.push_back(all[(2 * i + 1) * all.size() / (2 * wanted)]);
  }
  return some;
}

TrainingFrame frameOf(const PhantomExam& exam, const ExamSeries& series, std::size_t index,
                      CardiacPhase phase) {
  const ExamFramePlan& plan = series.frames.at(index);
  const ExamFrame acquired = acquireFrame(exam, series, index);
  TrainingFrame frame;
  frame.patient = "phantom-" + std::to_string(exam.seed);
  frame.name = frame.patient + "-" + sequenceName(series.sequence) + "-" +
               std::to_string(plan.slice) + "-" + std::to_string(plan.phaseIndex);
  frame.source = "phantom";
  frame.phase = phase;
  frame.rows = series.rows;
  frame.columns = series.columns;
  frame.spacingMm = plan.view.plane.rowSpacingMm;
  const double scale = series.sequence == PhantomSequence::t2Map ? t2Scale : 1;
  for (const std::uint16_t value : acquired.pixels) {
    frame.pixels.push_back(static_cast<float>(scale * value));
  }
  for (const std::uint8_t tissue : acquired.tissues) {
    frame.allowed.push_back(bitOf(shortAxisStructure(static_cast<PhantomTissue>(tissue))));
  }
  frame.known = anyStructure;
  return frame;
}

void addSeries(const PhantomExam& exam, const ExamSeries& series, int slices,
               std::vector<TrainingFrame>& frames) {
  const bool beats = series.sequence == PhantomSequence::cine;
  const int systole = beats ? endSystoleOf(exam, series) : 0;
  for (const int slice : evenly(slicesWithCavity(exam, series), slices)) {
    const std::vector<std::size_t> phases = framesOfSlice(series, slice);
    frames.push_back(frameOf(exam, series, phases.front(),
                             beats ? CardiacPhase::endDiastole : CardiacPhase::unknown));
    if (!beats) continue;
    frames.push_back(
        frameOf(exam, series, phases[static_cast<std::size_t>(systole)], CardiacPhase::endSystole));
  }
}

PhantomExam examOf(std::uint64_t seed) {
  constexpr std::array vendors{PhantomVendor::siemens, PhantomVendor::ge, PhantomVendor::philips};
  return planExam(seed, allPhantomDiseases[seed % allPhantomDiseases.size()],
                  vendors[seed % vendors.size()]);
}

}  // namespace

const std::vector<std::string>& tasksOfDrawnPatients() {
  static const std::vector<std::string> tasks{"seg_cine_sax", "seg_lge_sax", "seg_map_sax"};
  return tasks;
}

std::vector<TrainingFrame> drawPatients(const std::string& task, int hearts, std::uint64_t first,
                                        int slices) {
  const auto& tasks = tasksOfDrawnPatients();
  if (std::find(tasks.begin(), tasks.end(), task) == tasks.end()) {
    throw InputError("no hearts are drawn as patients for the task '" + task + "'");
  }
  std::vector<TrainingFrame> frames;
  for (int i = 0; i < hearts; ++i) {
    const PhantomExam exam = examOf(first + static_cast<std::uint64_t>(i));
    for (const ExamSeries& series : exam.series) {
      if (series.view != PhantomView::sax || !serves(task, series.sequence)) continue;
      addSeries(exam, series, slices, frames);
    }
  }
  return frames;
}

IntensityWindow windowOfDrawnPatients(const std::string& task) {
  IntensityWindow window;
  if (task == "seg_map_sax") window.fixed = mapWindow("t1_map");
  return window;
}

}  // namespace cmr
