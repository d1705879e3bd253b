#include "dicom_sr/report_numbers.h"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <tuple>
#include <utility>

#include "dicom_sr/measurement_text.h"
#include "dicom_sr/short_names.h"

namespace cmr {
namespace {

bool isOfRightVentricle(const Measurement& measurement) { return measurement.id.starts_with("rv"); }

std::vector<const Measurement*> reportable(const SaxAnalysis& analysis, bool ofRight) {
  std::vector<const Measurement*> chosen;
  for (const Measurement& measurement : analysis.measurements) {
    if (isOfRightVentricle(measurement) == ofRight && isReleased(analysis, measurement) &&
        isMeasured(measurement)) {
      chosen.push_back(&measurement);
    }
  }
  std::stable_sort(chosen.begin(), chosen.end(), [](const Measurement* a, const Measurement* b) {
    return importanceOf(a->id) < importanceOf(b->id);
  });
  return chosen;
}

class Placement {
 public:
  Placement(const std::vector<ReportContour>& contours, const SaxAnalysis& analysis)
      : contours_(contours), analysis_(analysis) {}

  // Spreads the measurements over images that have no numbers yet; what finds none joins the last.
  void spread(std::vector<const Measurement*> measurements, Structure structure) {
    const std::vector<std::size_t> order = carriers(structure);
    std::size_t done = 0;
    for (const std::size_t contour : order) {
      if (done == measurements.size()) return;
      if (!claimImageOf(contour)) continue;
      const std::size_t count = std::min(numbersPerOutline, measurements.size() - done);
      const auto from = measurements.begin() + static_cast<std::ptrdiff_t>(done);
      placed_.push_back({contour, {from, from + static_cast<std::ptrdiff_t>(count)}, true});
      done += count;
    }
    if (done < measurements.size() && !placed_.empty()) {
      std::vector<const Measurement*>& last = placed_.back().measurements;
      last.insert(last.end(), measurements.begin() + static_cast<std::ptrdiff_t>(done),
                  measurements.end());
    }
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
  Placement placement(contours, analysis);
  placement.spread(reportable(analysis, false), Structure::lvCavity);
  placement.spread(reportable(analysis, true), Structure::rvCavity);
  return placement.finish();
}

Code shortConcept(const Measurement& measurement) {
  Code code = measurement.concept_;
  if (const std::string name = shortNameOf(measurement.id); !name.empty()) code.meaning = name;
  return code;
}

}  // namespace cmr
