#include "models/decoder_report.h"

#include <cmath>
#include <cstdio>

#include "models/score_format.h"

namespace cmr {
namespace {

using nlohmann::json;

json ofStructure(const ScoreSummary& s) {
  return {{"dice_mean", orNull(s.diceMean)},
          {"dice_median", orNull(s.diceMedian)},
          {"hd95_mm", orNull(s.hd95MeanMm)},
          {"n_frames", s.frames},
          {"n_missed", s.missed},
          {"n_invented", s.invented},
          {"n_both_empty", s.bothEmpty}};
}

json ofLandmark(const LandmarkSummary& s) {
  return {{"error_mm", orNull(s.meanErrorMm)},
          {"error_median_mm", orNull(s.medianErrorMm)},
          {"detection_rate", orNull(s.detectionRate)},
          {"false_alarm_rate", orNull(s.falseAlarmRate)},
          {"within_5_mm_rate", orNull(s.closeRate)},
          {"n_present", s.present},
          {"n_absent", s.absent}};
}

template <typename... Values>
std::string line(const char* format, Values... values) {
  char text[200];
  std::snprintf(text, sizeof text, format, values...);
  return text;
}

// Says nothing about what was not there to be rated.
std::string landmarkLine(const std::string& name, const LandmarkSummary& s) {
  std::string text = line("  %-22s", name.c_str());
  if (s.present > 0) {
    text +=
        line(" off by %4.1f mm (median %4.1f)  detected %5.1f %% of %zu, within 5 mm %5.1f %%",
             s.meanErrorMm, s.medianErrorMm, 100 * s.detectionRate, s.present, 100 * s.closeRate);
  }
  if (s.present > 0 && s.absent > 0) text += ",";
  if (s.absent > 0) text += line(" false in %4.1f %% of %zu", 100 * s.falseAlarmRate, s.absent);
  return text + "\n";
}

}  // namespace

json scoresJson(const DecoderScores& scores, const HeadDescription& head, double leastConfidence) {
  json out = json::object();
  for (const HeadClass& c : head.classes) {
    if (const auto own = scores.structures.find(c.name); own != scores.structures.end()) {
      out[c.name] = ofStructure(summarise(own->second));
    }
    if (const auto own = scores.landmarks.find(c.name); own != scores.landmarks.end()) {
      out[c.name] = ofLandmark(summarise(own->second, leastConfidence));
    }
  }
  return out;
}

std::string scoresText(const DecoderScores& scores, const HeadDescription& head,
                       double leastConfidence) {
  std::string text;
  for (const HeadClass& c : head.classes) {
    if (const auto own = scores.structures.find(c.name); own != scores.structures.end()) {
      const ScoreSummary s = summarise(own->second);
      text +=
          line("  %-22s Dice %.3f  HD95 %5.1f mm  %4zu frames, missed in %zu, invented in %zu\n",
               c.name.c_str(), s.diceMean, s.hd95MeanMm, s.frames, s.missed, s.invented);
    }
    if (const auto own = scores.landmarks.find(c.name); own != scores.landmarks.end()) {
      const LandmarkSummary s = summarise(own->second, leastConfidence);
      text += landmarkLine(c.name, s);
    }
  }
  return text;
}

}  // namespace cmr
