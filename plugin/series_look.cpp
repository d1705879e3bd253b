#include "plugin/series_look.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <system_error>

#include "analysis/sha256.h"
#include "config/analysable.h"
#include "config/explain_rules.h"
#include "plugin/job_store.h"
#include "plugin/worklist_entry.h"

namespace cmr {
namespace {

// The tolerances of the reader (dicom_sr/build_stacks.cpp), which has the last word.
constexpr double sameDirectionCosine = 0.9999;
constexpr double samePositionMm = 0.1;

std::vector<double> numbersIn(const std::string& text) {
  std::vector<double> numbers;
  const char* place = text.c_str();
  for (;;) {
    char* end = nullptr;
    const double number = std::strtod(place, &end);
    if (end == place) return {};
    numbers.push_back(number);
    while (*end == ' ') ++end;
    if (*end == '\0') return numbers;
    if (*end != '\\') return {};
    place = end + 1;
  }
}

bool samePlace(const std::string& a, const std::string& b) {
  if (a == b) return true;
  const std::vector<double> first = numbersIn(a);
  const std::vector<double> second = numbersIn(b);
  if (first.size() != 3 || second.size() != 3) return false;
  return std::hypot(first[0] - second[0], first[1] - second[1], first[2] - second[2]) <=
         samePositionMm;
}

bool sameOrientation(const std::string& a, const std::string& b) {
  if (a == b) return true;
  const std::vector<double> first = numbersIn(a);
  const std::vector<double> second = numbersIn(b);
  if (first.size() != 6 || second.size() != 6) return false;
  for (std::size_t i = 0; i < 6; i += 3) {
    const double cosine =
        first[i] * second[i] + first[i + 1] * second[i + 1] + first[i + 2] * second[i + 2];
    if (cosine < sameDirectionCosine) return false;
  }
  return true;
}

bool isSingleSlice(const std::vector<ArchivedInstance>& instances) {
  const ArchivedInstance& first = instances.front();
  if (first.ImagePositionPatient.empty() || first.ImageOrientationPatient.empty()) return false;
  return std::all_of(instances.begin(), instances.end(), [&](const ArchivedInstance& instance) {
    return instance.numberOfFrames == 1 &&
           samePlace(instance.ImagePositionPatient, first.ImagePositionPatient) &&
           sameOrientation(instance.ImageOrientationPatient, first.ImageOrientationPatient);
  });
}

std::string valueOf(const SeriesLook& look, const char* keyword) {
  const auto found = look.tags.values.find(keyword);
  return found == look.tags.values.end() ? std::string() : found->second;
}

// Guards against loops, each enough by itself.
bool isOwn(const SeriesLook& look, Archive& archive, JobStore& store) {
  return store.isOwnObject(look.instances.front().SOPInstanceUID) || look.tags.writtenByUs ||
         archive.isMarkedOwn(look.series.id);
}

}  // namespace

std::string SeriesLook::verdict() const { return verdictOf(decision, barred); }

std::optional<SeriesLook> lookAt(const std::string& seriesId, Archive& archive, JobStore& store,
                                 const RuleSet& rules, const LocalTime& now,
                                 const BeforeRules& first) {
  SeriesLook look;
  auto series = archive.series(seriesId);
  if (!series) return std::nullopt;
  look.series = *std::move(series);
  look.instances = archive.instances(seriesId);
  if (look.instances.empty()) return std::nullopt;
  std::sort(look.instances.begin(), look.instances.end(),
            [](const auto& a, const auto& b) { return a.SOPInstanceUID < b.SOPInstanceUID; });
  auto tags = archive.tags(look.instances.front().id);
  if (!tags) return std::nullopt;
  look.tags = *std::move(tags);
  look.own = isOwn(look, archive, store);
  if (first) first(look);
  look.facts.tags = look.tags.values;
  look.facts.instances = static_cast<int>(look.instances.size());
  if (rules.asksForSource()) look.facts.source = archive.sourceOf(look.instances.front().id);
  if (rules.asksForSchedule()) {
    look.facts.scheduled = scheduledFacts(store.examsOfStudy(look.series.studyId));
  }
  look.facts.now = now;
  look.barred = barOf(look.facts, look.own);
  look.decision = rules.decide(look.facts);
  look.singleSlice = isSingleSlice(look.instances);
  return look;
}

// Images in Acquisition (0020,1002) at each of the Number of Temporal Positions (0020,0105), or
// Number of Slices (0054,0081) at each of the Number of Time Slices (0054,0101). Cardiac Number of
// Images (0018,1090) is of one slice and says nothing about a stack.
bool SeriesLook::isComplete() const {
  const auto number = [&](const char* keyword) {
    const std::string text = valueOf(*this, keyword);
    std::int64_t value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool isWhole = read.ec == std::errc() && read.ptr == text.data() + text.size();
    return isWhole && value > 0 && value < 1000000 ? value : std::int64_t{0};
  };
  std::int64_t announced = number("ImagesInAcquisition") * number("NumberOfTemporalPositions");
  if (announced == 0) announced = number("NumberOfSlices") * number("NumberOfTimeSlices");
  return announced > 0 && announced == static_cast<std::int64_t>(instances.size());
}

bool belongTogether(const SeriesLook& a, const SeriesLook& b) {
  for (const char* keyword : {"FrameOfReferenceUID", "Rows", "Columns"}) {
    if (valueOf(a, keyword) != valueOf(b, keyword)) return false;
  }
  return a.singleSlice && b.singleSlice && a.wanted() && b.wanted() &&
         a.series.studyId == b.series.studyId && a.decision.rule == b.decision.rule &&
         sameOrientation(a.instances.front().ImageOrientationPatient,
                         b.instances.front().ImageOrientationPatient);
}

std::optional<std::string> contentFingerprint(const std::vector<ArchivedInstance>& instances,
                                              Archive& archive,
                                              const std::function<void()>& before) {
  std::vector<std::string> lines;
  for (const ArchivedInstance& instance : instances) {
    if (before) before();
    const auto hash = archive.contentHash(instance.id);
    if (!hash) return std::nullopt;
    lines.push_back(instance.SOPInstanceUID + " " + *hash + "\n");
  }
  std::sort(lines.begin(), lines.end());
  Sha256 hash;
  for (const std::string& line : lines) hash.update(line);
  return hash.hex();
}

}  // namespace cmr
