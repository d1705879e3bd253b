#include "models/decoder_scores.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/landmark_decoding.h"
#include "analysis/right_ventricle.h"
#include "models/mask_overlap.h"

namespace cmr {
namespace {

constexpr std::size_t framesPerPass = 16;

template <typename Values, typename IsInside>
Mask maskOf(const Values& values, int size, const IsInside& isInside) {
  Mask mask{size, size, std::vector<std::uint8_t>(values.size())};
  std::transform(values.begin(), values.end(), mask.pixels.begin(),
                 [&](auto v) { return static_cast<std::uint8_t>(isInside(v) ? 1 : 0); });
  return mask;
}

// The head of the right ventricle draws all that it was taught, and is asked for that alone.
bool answersFor(const std::string& task, const std::string& structure) {
  return task != rightVentricleTask || structure == "rv_cavity";
}

void scoreStructures(const HeadDescription& head, const torch::Tensor& logits,
                     const DenseSample& sample, const DenseFrame& frame, double spacingMm,
                     DecoderScores& into) {
  const auto size = static_cast<int>(logits.size(1));
  const torch::Tensor best = logits.argmax(0).to(torch::kUInt8).contiguous();
  const std::vector<std::uint8_t> labels(best.data_ptr<std::uint8_t>(),
                                         best.data_ptr<std::uint8_t>() + best.numel());
  for (std::size_t k = 0; k < head.classes.size(); ++k) {
    const std::size_t label = k + 1;
    if (!answersFor(head.task, head.classes[k].name)) continue;
    if ((frame.frame.known & (1U << label)) == 0) continue;
    const Mask truth =
        maskOf(sample.crop.allowed, size, [&](std::uint8_t bits) { return bits == (1U << label); });
    const Mask found = maskOf(labels, size, [&](std::uint8_t l) { return l == label; });
    into.structures[head.classes[k].name].push_back({frame.frame.patient, diceOf(truth, found),
                                                     hausdorff95Mm(truth, found, spacingMm),
                                                     truth.area(), found.area()});
  }
}

void scoreLandmarks(const HeadDescription& head, const torch::Tensor& maps,
                    const DenseSample& sample, double spacingMm, DecoderScores& into) {
  const auto size = static_cast<int>(maps.size(1));
  for (std::size_t k = 0; k < head.classes.size(); ++k) {
    const torch::Tensor map = maps[static_cast<std::int64_t>(k)];
    const auto found =
        decodeHeatMap({map.data_ptr<float>(), static_cast<std::size_t>(map.numel())}, size, size);
    LandmarkScore score{sample.landmarks[k].has_value(), found ? found->confidence : 0,
                        std::numeric_limits<double>::quiet_NaN()};
    if (score.present && found) {
      score.errorMm = spacingMm * std::hypot(found->column - sample.landmarks[k]->column,
                                             found->row - sample.landmarks[k]->row);
    }
    into.landmarks[head.classes[k].name].push_back(score);
  }
}

// Millimetres per pixel of a plain crop: the source's own where its grid is taken.
double cropSpacingMm(const DenseFrame& frame, int size, double spacingMm) {
  const PixelMap map = cropMap(frame.frame.spacingMm, frame.frame.spacingMm, 0, 0, spacingMm, size);
  return map.m[0] * frame.frame.spacingMm;
}

double rate(std::size_t part, std::size_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole)
                   : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

torch::Tensor imagesOf(const std::vector<DenseSample>& samples, int size) {
  torch::Tensor images = torch::empty({static_cast<std::int64_t>(samples.size()), 1, size, size});
  for (std::size_t i = 0; i < samples.size(); ++i) {
    std::copy(samples[i].crop.image.begin(), samples[i].crop.image.end(),
              images[static_cast<std::int64_t>(i)].data_ptr<float>());
  }
  return images;
}

DecoderScores scoreDecoder(TaskDecoder& decoder, Network& network,
                           const std::vector<DenseFrame>& frames, int size, double spacingMm,
                           ComputePrecision precision) {
  const torch::InferenceMode guard;
  const HeadDescription& head = decoder.description;
  AugmentOptions plain = augmentOptionsOf(head.task, size, spacingMm);
  plain.enabled = false;
  DecoderScores scores;
  for (std::size_t first = 0; first < frames.size(); first += framesPerPass) {
    const std::size_t last = std::min(frames.size(), first + framesPerPass);
    std::vector<DenseSample> samples;
    for (std::size_t i = first; i < last; ++i) {
      samples.push_back(drawDenseSample(frames[i], 0, plain));
    }
    const torch::Tensor images = imagesOf(samples, size);
    torch::Tensor out = decode(decoder, images, network->readLevels(images, precision), precision);
    if (head.architecture == HeadArchitecture::heatmap) out = heatMaps(out);
    out = out.cpu();
    for (std::size_t i = first; i < last; ++i) {
      const torch::Tensor own = out[static_cast<std::int64_t>(i - first)];
      const double mm = cropSpacingMm(frames[i], size, spacingMm);
      if (head.architecture == HeadArchitecture::heatmap) {
        scoreLandmarks(head, own, samples[i - first], mm, scores);
      } else {
        scoreStructures(head, own, samples[i - first], frames[i], mm, scores);
      }
    }
  }
  return scores;
}

double DecoderScores::selection() const {
  std::vector<double> parts;
  for (const auto& [name, scores] : structures) {
    const ScoreSummary summary = cmr::summarise(scores);
    if (summary.frames > 0) parts.push_back(summary.diceMean);
  }
  for (const auto& [name, scores] : landmarks) {
    const LandmarkSummary summary = cmr::summarise(scores, 0);
    if (summary.present > 0) parts.push_back(summary.closeRate);
  }
  return meanOf(parts);
}

LandmarkSummary summarise(const std::vector<LandmarkScore>& scores, double leastConfidence) {
  LandmarkSummary s;
  std::size_t detected = 0;
  std::size_t alarms = 0;
  std::size_t close = 0;
  std::vector<double> errors;
  for (const LandmarkScore& score : scores) {
    const bool said = score.confidence >= leastConfidence && score.confidence > 0;
    ++(score.present ? s.present : s.absent);
    if (!said) continue;
    ++(score.present ? detected : alarms);
    if (!score.present) continue;
    errors.push_back(score.errorMm);
    close += score.errorMm <= closeMm ? 1U : 0U;
  }
  s.detectionRate = rate(detected, s.present);
  s.falseAlarmRate = rate(alarms, s.absent);
  s.closeRate = rate(close, s.present);
  s.meanErrorMm = meanOf(errors);
  s.medianErrorMm = percentileOf(errors, 50);
  return s;
}

double bestConfidence(const DecoderScores& scores) {
  std::vector<LandmarkScore> all;
  for (const auto& [name, own] : scores.landmarks) all.insert(all.end(), own.begin(), own.end());
  double largest = -1;
  std::vector<double> best;
  for (int i = 1; i < 20; ++i) {
    const double confidence = i * 0.05;
    const LandmarkSummary s = summarise(all, confidence);
    const double value =
        (s.present > 0 ? s.detectionRate : 0) - (s.absent > 0 ? s.falseAlarmRate : 0);
    if (value > largest + 1e-12) {
      largest = value;
      best.clear();
    }
    if (value > largest - 1e-12) best.push_back(confidence);
  }
  return best[best.size() / 2];
}

double bestOperatingPoint(const HeadDescription& head, const DecoderScores& scores) {
  return head.architecture == HeadArchitecture::heatmap ? bestConfidence(scores) : 0;
}

}  // namespace cmr
