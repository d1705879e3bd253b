#include "models/phantom_stack.h"

#include <algorithm>

namespace cmr {
namespace {

bool isMap(PhantomSequence sequence) {
  return sequence == PhantomSequence::t1Map || sequence == PhantomSequence::t2Map;
}

FrameTiming timingOf(const ExamSeries& series, const ExamFramePlan& plan) {
  FrameTiming timing;
  timing.triggerTimeMs = plan.triggerMs;
  if (plan.settings.inversionMs > 0) timing.inversionTimeMs = plan.settings.inversionMs;
  timing.echoTimeMs = series.sequence == PhantomSequence::t2Prep ? plan.settings.preparationMs
                                                                 : plan.settings.echoMs;
  return timing;
}

ImageStack emptyStack(const PhantomExam& exam, const ExamSeries& series) {
  const PhantomHeart& heart = exam.body.heart;
  ImageStack stack;
  stack.rows = series.rows;
  stack.columns = series.columns;
  stack.sliceCount = series.sliceCount;
  stack.phaseCount = series.phaseCount;
  stack.planes.resize(static_cast<std::size_t>(series.sliceCount));
  stack.frames.resize(series.frames.size());
  stack.rrIntervalMs = exam.beatMs;
  stack.heartRateBpm = 60000 / exam.beatMs;
  stack.rescaleUnits = isMap(series.sequence) ? "ms" : "";
  stack.patient = {heart.sex, heart.ageYears, heart.heightM, heart.weightKg, {}, {}};
  return stack;
}

template <typename Label>
LabelStack named(const LabelStack& tissues, const Label& label) {
  LabelStack labels(tissues.rows, tissues.columns, tissues.sliceCount, tissues.phaseCount);
  std::transform(tissues.labels.begin(), tissues.labels.end(), labels.labels.begin(),
                 [&](std::uint8_t tissue) {
                   return static_cast<std::uint8_t>(label(static_cast<PhantomTissue>(tissue)));
                 });
  return labels;
}

}  // namespace

PhantomStack acquireStack(const PhantomExam& exam, const ExamSeries& series, bool withPixels) {
  PhantomStack result;
  result.stack = emptyStack(exam, series);
  result.tissues = LabelStack(series.rows, series.columns, series.sliceCount, series.phaseCount);
  result.landmarks.resize(series.frames.size());
  for (std::size_t i = 0; i < series.frames.size(); ++i) {
    const ExamFramePlan& plan = series.frames[i];
    ExamFrame frame = withPixels ? acquireFrame(exam, series, i) : cutFrame(exam, series, i);
    const auto at = static_cast<std::size_t>(plan.slice * series.phaseCount + plan.phaseIndex);
    StackFrame& into = result.stack.frames.at(at);
    into.timing = timingOf(series, plan);
    into.sourceIndex = at;
    into.pixels.assign(frame.tissues.size(), 0);
    std::copy(frame.pixels.begin(), frame.pixels.end(), into.pixels.begin());
    std::copy(frame.tissues.begin(), frame.tissues.end(),
              result.tissues.frame(plan.slice, plan.phaseIndex).begin());
    result.landmarks[at] = std::move(frame.landmarks);
    result.stack.planes.at(static_cast<std::size_t>(plan.slice)) = plan.view.plane;
  }
  return result;
}

LabelStack shortAxisTruth(const LabelStack& tissues) { return named(tissues, shortAxisStructure); }

LabelStack longAxisTruth(const LabelStack& tissues) { return named(tissues, longAxisStructure); }

}  // namespace cmr
