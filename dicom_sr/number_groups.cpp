#include "dicom_sr/number_groups.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>
#include <utility>

#include "analysis/aha_segments.h"
#include "dicom_sr/codes.h"
#include "dicom_sr/report_numbers.h"
#include "dicom_sr/segment_codes.h"
#include "dicom_sr/series_report.h"
#include "dicom_sr/short_names.h"

namespace cmr {
namespace {

using Groups = std::vector<NumberGroup>;

// The structure and moment that a number is the size of, or the content.
struct Volume {
  Structure structure = Structure::lvCavity;
  bool isEndDiastole = true;
};

std::optional<Volume> volumeOf(const Measurement& measurement) {
  std::string_view id = measurement.id;
  if (segmentOf(measurement.id) > 0) return std::nullopt;
  if (id.ends_with(".blood")) return Volume{};
  for (const char* const ofMuscle : {"t1", "t2", "ecv.", "lge."}) {
    if (id.starts_with(ofMuscle)) return Volume{Structure::lvMyocardium, true};
  }
  if (id.starts_with("lax.")) id.remove_prefix(4);
  if (id.starts_with("lv.mass")) return Volume{Structure::lvMyocardium, true};  // ED muscle
  if (!id.starts_with("lv.") && !id.starts_with("rv.")) return std::nullopt;
  const Structure cavity = id.starts_with("rv.") ? Structure::rvCavity : Structure::lvCavity;
  id.remove_prefix(3);
  if (id.starts_with("edv")) return Volume{cavity, true};
  if (id.starts_with("esv")) return Volume{cavity, false};
  return std::nullopt;
}

// What is no volume, in the order of reading.
struct OtherKind {
  const char* label;
  const char* key;
  const Code* finding;
  std::vector<std::string_view> beginnings;  // of the identifiers that belong here
};

const std::array<OtherKind, 8>& otherKinds() {
  static const std::array<OtherKind, 8> kinds{{
      {"LV function", "lv", &codes::leftVentricle, {"lv.", "lax."}},
      {"RV function", "rv", &codes::rightVentricle, {"rv."}},
      {"LV wall", "wall", &codes::lvMyocardium, {"lv.wall."}},
      {"LV strain of contours", "strain", &codes::lvMyocardium, {"lv.wall.e", "lax.gls"}},
      {"Left atrium", "la", &codes::leftAtrium, {"lax.la."}},
      {"Right atrium", "ra", &codes::rightAtrium, {"lax.ra."}},
      {"Heart rate and body surface", "patient", nullptr, {"heart.", "body."}},
      {"Further numbers", "further", nullptr, {""}},
  }};
  return kinds;
}

// The kind with the longest beginning of the identifier.
std::size_t otherKindOf(const std::string& id) {
  std::size_t best = otherKinds().size() - 1;
  std::size_t longest = 0;
  for (std::size_t i = 0; i < otherKinds().size(); ++i) {
    for (const std::string_view beginning : otherKinds()[i].beginnings) {
      if (!id.starts_with(beginning) || beginning.size() <= longest) continue;
      longest = beginning.size();
      best = i;
    }
  }
  return best;
}

Groups otherGroups() {
  Groups groups;
  for (const OtherKind& kind : otherKinds()) {
    NumberGroup group;
    group.label = kind.label;
    group.trackingKey = std::string("tracking/numbers/") + kind.key;
    if (kind.finding != nullptr) group.finding = *kind.finding;
    groups.push_back(std::move(group));
  }
  return groups;
}

// Thickness of a segment at ED and at ES share their concept: the time point tells them apart.
NumberGroup wallSegmentGroup(const SaxAnalysis& analysis, const std::string& id) {
  const int segment = segmentOf(id);
  NumberGroup group;
  group.label = "AHA " + ahaName(segment);
  group.trackingKey = "tracking/aha/" + std::to_string(segment);
  group.finding = ahaCode(segment);
  if (analysis.isStill) return group;
  const bool isEndDiastole = id.ends_with(".ed");
  group.label += isEndDiastole ? " ED" : " ES";
  group.trackingKey += isEndDiastole ? "/ed" : "/es";
  group.timePoint = timePointOf(isEndDiastole);
  return group;
}

Groups volumeGroups(const SaxAnalysis& analysis, const std::vector<KeySegment>& segments) {
  Groups groups;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    NumberGroup group;
    group.segment = i;
    group.label = segments[i].label;
    group.trackingKey = trackingKeyOf(segments[i]);
    group.finding = segments[i].type;
    if (!analysis.isStill) group.timePoint = timePointOf(segments[i].isEndDiastole);
    groups.push_back(std::move(group));
  }
  return groups;
}

NumberGroup* volumeIn(Groups& groups, const std::vector<KeySegment>& segments,
                      const Measurement& measurement) {
  const std::optional<Volume> volume = volumeOf(measurement);
  if (!volume) return nullptr;
  for (NumberGroup& group : groups) {
    const KeySegment& segment = segments[group.segment.value()];
    if (segment.structure == volume->structure && segment.isEndDiastole == volume->isEndDiastole) {
      return &group;
    }
  }
  return nullptr;
}

void addTo(Groups& groups, NumberGroup wanted, const Measurement& measurement) {
  auto at = std::find_if(groups.begin(), groups.end(), [&](const NumberGroup& one) {
    return one.trackingKey == wanted.trackingKey;
  });
  if (at == groups.end()) at = groups.insert(groups.end(), std::move(wanted));
  at->measurements.push_back(&measurement);
}

}  // namespace

std::vector<NumberGroup> numberGroups(const SaxAnalysis& analysis) {
  const std::vector<KeySegment> segments = keySegments(analysis);
  Groups groups = volumeGroups(analysis, segments);
  Groups others = otherGroups();
  Groups bySegment;
  for (const Measurement* const measurement : reportedNumbers(analysis)) {
    const std::string& id = measurement->id;
    if (NumberGroup* const volume = volumeIn(groups, segments, *measurement)) {
      volume->measurements.push_back(measurement);
    } else if (segmentOf(id) > 0) {
      addTo(bySegment, wallSegmentGroup(analysis, id), *measurement);
    } else {
      others[otherKindOf(id)].measurements.push_back(measurement);
    }
  }
  for (Groups* const further : {&others, &bySegment}) {
    std::copy_if(further->begin(), further->end(), std::back_inserter(groups),
                 [](const NumberGroup& group) { return !group.measurements.empty(); });
  }
  return groups;
}

}  // namespace cmr
