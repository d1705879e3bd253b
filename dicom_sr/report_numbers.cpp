#include "dicom_sr/report_numbers.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "analysis/wall_segments.h"
#include "dicom_sr/measurement_text.h"
#include "dicom_sr/short_names.h"

namespace cmr {
namespace {

// The left ventricle's most important ones come before the right one's, the rest after them.
constexpr std::size_t leftBeforeRight = 2 * numbersPerOutline;

enum class Kind { left, right, segmentAtEndDiastole, segmentAtEndSystole };

// The numbers of a segment share one concept for both phases: the time point of their group tells
// them apart.
Kind kindOf(const Measurement& measurement) {
  if (measurement.id.starts_with("rv")) return Kind::right;
  if (!isWallSegment(measurement)) return Kind::left;
  return measurement.id.ends_with(".ed") ? Kind::segmentAtEndDiastole : Kind::segmentAtEndSystole;
}

std::vector<const Measurement*> reportable(const SaxAnalysis& analysis, Kind kind) {
  std::vector<const Measurement*> chosen = reportedNumbers(analysis);
  chosen.erase(std::remove_if(chosen.begin(), chosen.end(),
                              [&](const Measurement* one) { return kindOf(*one) != kind; }),
               chosen.end());
  return chosen;
}

class Placement {
 public:
  Placement(const std::vector<ReportContour>& contours, const SaxAnalysis& analysis)
      : contours_(contours), analysis_(analysis) {}

  // Spreads the measurements over images (of one phase, where it is given) that have no numbers
  // yet. What finds none joins the last of these, or else the last of its phase, or else the last.
  void spread(const std::vector<const Measurement*>& measurements, Structure structure,
              std::optional<bool> atEndDiastole = {}) {
    const std::size_t placedBefore = placed_.size();
    std::size_t done = 0;
    for (const std::size_t contour : carriers(structure)) {
      if (done == measurements.size()) return;
      if (atEndDiastole && contours_[contour].segment.isEndDiastole != *atEndDiastole) continue;
      if (!claimImageOf(contour)) continue;
      const std::size_t count = std::min(numbersPerOutline, measurements.size() - done);
      const auto from = measurements.begin() + static_cast<std::ptrdiff_t>(done);
      placed_.push_back({contour, {from, from + static_cast<std::ptrdiff_t>(count)}, true});
      done += count;
    }
    if (done == measurements.size() || placed_.empty()) return;
    std::size_t host = placed_.size() - 1;
    if (placed_.size() == placedBefore && atEndDiastole) {
      for (std::size_t i = 0; i < placed_.size(); ++i) {
        if (contours_[placed_[i].contour].segment.isEndDiastole == *atEndDiastole) host = i;
      }
    }
    std::vector<const Measurement*>& last = placed_[host].measurements;
    last.insert(last.end(), measurements.begin() + static_cast<std::ptrdiff_t>(done),
                measurements.end());
  }

  // The rest: one area per image.
  std::vector<OutlineNumbers> finish() {
    std::set<std::size_t> there;
    for (const OutlineNumbers& one : placed_) there.insert(one.contour);
    std::set<std::size_t> withArea;
    for (const std::size_t contour : carriers(Structure::lvCavity)) {
      if (claimImageOf(contour)) withArea.insert(contour);
    }
    for (std::size_t i = 0; i < contours_.size(); ++i) {
      if (there.count(i) == 0) placed_.push_back({i, {}, withArea.count(i) != 0});
    }
    return std::move(placed_);
  }

 private:
  bool claimImageOf(std::size_t contour) {
    const ReportContour& c = contours_[contour];
    return images_.insert({c.slice, c.segment.phase}).second;
  }

  // Every contour, the best places for numbers of this structure first.
  std::vector<std::size_t> carriers(Structure structure) const {
    std::vector<std::size_t> order(contours_.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    const auto rank = [&](std::size_t i) {
      const ReportContour& c = contours_[i];
      const int away = std::abs(c.slice - analysis_.keySlice);
      // At ED first: a group says which time point its outline is of, and "EDV index" at end
      // systole would be read as a contradiction. From the key slice outwards.
      const int place = c.segment.isEndDiastole ? 0 : 1;
      return std::tuple(c.segment.structure == structure ? 0 : 1, place, away, -c.areaMm2);
    };
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return rank(a) < rank(b); });
    return order;
  }

  const std::vector<ReportContour>& contours_;
  const SaxAnalysis& analysis_;
  std::set<std::pair<int, int>> images_;  // slice and phase of those with numbers
  std::vector<OutlineNumbers> placed_;
};

}  // namespace

std::vector<OutlineNumbers> placeNumbers(const std::vector<ReportContour>& contours,
                                         const SaxAnalysis& analysis) {
  const std::vector<const Measurement*> left = reportable(analysis, Kind::left);
  const auto middle =
      left.begin() + static_cast<std::ptrdiff_t>(std::min(left.size(), leftBeforeRight));
  Placement placement(contours, analysis);
  placement.spread({left.begin(), middle}, Structure::lvCavity);
  placement.spread(reportable(analysis, Kind::right), Structure::rvCavity);
  placement.spread({middle, left.end()}, Structure::lvCavity);
  placement.spread(reportable(analysis, Kind::segmentAtEndDiastole), Structure::lvCavity, true);
  placement.spread(reportable(analysis, Kind::segmentAtEndSystole), Structure::lvCavity, false);
  return placement.finish();
}

std::vector<const Measurement*> reportedNumbers(const SaxAnalysis& analysis) {
  std::vector<const Measurement*> reported;
  for (const Measurement& measurement : analysis.measurements) {
    if (isReleased(analysis, measurement) && isMeasured(measurement)) {
      reported.push_back(&measurement);
    }
  }
  std::stable_sort(reported.begin(), reported.end(),
                   [](const Measurement* a, const Measurement* b) {
                     return importanceOf(a->id) < importanceOf(b->id);
                   });
  return reported;
}

Code shortConcept(const Measurement& measurement) {
  Code code = measurement.concept_;
  if (const std::string name = shortNameOf(measurement.id); !name.empty()) code.meaning = name;
  return code;
}

}  // namespace cmr
