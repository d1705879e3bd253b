#include "dicom_sr/page_images.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "analysis/slice_order.h"
#include "dicom_sr/heart_picture.h"

namespace cmr {
namespace {

constexpr std::size_t cellsPerRow = 7;
constexpr std::size_t fewestCells = 4;  // a row of fewer would make them larger than legible
constexpr double loneCell = 420;        // of a single slice: both phases side by side
constexpr double cellGap = 8;
constexpr double rowLabelWidth = 132;

constexpr std::uint8_t cavity = static_cast<std::uint8_t>(Structure::lvCavity);
constexpr std::uint8_t wall = static_cast<std::uint8_t>(Structure::lvMyocardium);

class Cells {
 public:
  Cells(PageCanvas& canvas, const SeriesStack& source, const SaxAnalysis& analysis)
      : canvas_(canvas),
        source_(source),
        analysis_(analysis),
        slices_(shownSlices(source.stack, analysis, cellsPerRow)),
        cellSize_(sizeFor(canvas, slices_.size())),
        pictures_(source, analysis, slices_,
                  {analysis.endDiastolePhase, analysis.endSystolePhase}) {}

  double draw(double top) {
    if (slices_.size() == 1) return drawLone(top);
    double y = top + PageCanvas::lineHeight(TextStyle::small);
    for (std::size_t i = 0; i < slices_.size(); ++i) caption(i, y - 6);
    if (analysis_.isStill) {
      drawRow(y, 0);
      return y + cellSize_ - top;
    }
    for (const int phase : {analysis_.endDiastolePhase, analysis_.endSystolePhase}) {
      rowLabel(phase, page::margin, y);
      drawRow(y, phase);
      y += cellSize_ + cellGap;
    }
    return y - cellGap - top;
  }

 private:
  static double sizeFor(const PageCanvas& canvas, std::size_t slices) {
    if (slices == 1) return loneCell;
    const auto cells = static_cast<double>(std::max(slices, fewestCells));
    return (canvas.contentWidth() - rowLabelWidth - cellGap * (cells - 1)) / cells;
  }

  // A single slice has no place from base to apex to be said of it.
  double drawLone(double top) {
    if (analysis_.isStill) {
      pictures_.draw(canvas_, page::margin, top, cellSize_, slices_[0], 0);
      return cellSize_;
    }
    double left = page::margin;
    for (const int phase : {analysis_.endDiastolePhase, analysis_.endSystolePhase}) {
      rowLabel(phase, left, top);
      pictures_.draw(canvas_, left + rowLabelWidth, top, cellSize_, slices_[0], phase);
      left += rowLabelWidth + cellSize_ + 2 * page::gutter;
    }
    return cellSize_;
  }

  double leftOf(std::size_t i) const {
    return page::margin + rowLabelWidth + static_cast<double>(i) * (cellSize_ + cellGap);
  }

  void drawRow(double top, int phase) {
    for (std::size_t i = 0; i < slices_.size(); ++i) {
      pictures_.draw(canvas_, leftOf(i), top, cellSize_, slices_[i], phase);
    }
  }

  void caption(std::size_t i, double baseline) {
    std::string text = "Slice " + std::to_string(slices_[i] + 1);
    if (i == 0) text += ", base";
    if (i + 1 == slices_.size()) text += ", apex";
    const bool isKey = slices_[i] == analysis_.keySlice;
    if (isKey) text += ", key";
    canvas_.text(leftOf(i), baseline, text, TextStyle::small, isKey ? page::ink : page::quiet);
  }

  void rowLabel(int phase, double left, double y) {
    const bool isEd = phase == analysis_.endDiastolePhase;
    double baseline = y + 24;
    canvas_.text(left, baseline, isEd ? "ED" : "ES", TextStyle::section);
    baseline += 26;
    canvas_.text(left, baseline, isEd ? "end-diastole" : "end-systole", TextStyle::small,
                 page::quiet);
    baseline += PageCanvas::lineHeight(TextStyle::small);
    canvas_.text(
        left, baseline,
        "phase " + std::to_string(phase + 1) + " of " + std::to_string(source_.stack.phaseCount),
        TextStyle::small, page::quiet);
    const auto at = static_cast<std::size_t>(phase);
    if (at >= analysis_.phaseTimesMs.size()) return;
    char time[32];
    std::snprintf(time, sizeof time, "%.0f ms", analysis_.phaseTimesMs[at]);
    baseline += PageCanvas::lineHeight(TextStyle::small);
    canvas_.text(left, baseline, time, TextStyle::small, page::quiet);
  }

  PageCanvas& canvas_;
  const SeriesStack& source_;
  const SaxAnalysis& analysis_;
  std::vector<int> slices_;
  double cellSize_;
  HeartPictures pictures_;
};

bool holdsLv(const LabelStack& labels, int slice, int phase) {
  const auto frame = labels.frame(slice, phase);
  return std::any_of(frame.begin(), frame.end(),
                     [](std::uint8_t label) { return label == cavity || label == wall; });
}

}  // namespace

std::vector<int> shownSlices(const ImageStack& stack, const SaxAnalysis& analysis,
                             std::size_t atMost) {
  const LabelStack& labels = analysis.labels;
  std::vector<int> candidates;
  for (int slice = 0; slice < labels.sliceCount; ++slice) {
    if (holdsLv(labels, slice, analysis.endDiastolePhase) ||
        holdsLv(labels, slice, analysis.endSystolePhase)) {
      candidates.push_back(slice);
    }
  }
  if (candidates.empty()) {
    for (int slice = 0; slice < labels.sliceCount; ++slice) candidates.push_back(slice);
  }
  std::vector<int> chosen = candidates;
  if (candidates.size() > atMost && atMost > 2) {
    chosen.clear();
    for (std::size_t i = 0; i < atMost; ++i) {
      const double at = static_cast<double>(i) * static_cast<double>(candidates.size() - 1) /
                        static_cast<double>(atMost - 1);
      chosen.push_back(candidates[static_cast<std::size_t>(std::lround(at))]);
    }
    // The key slice takes the place of its nearest neighbour, the two ends excepted.
    if (std::find(chosen.begin(), chosen.end(), analysis.keySlice) == chosen.end() &&
        std::find(candidates.begin(), candidates.end(), analysis.keySlice) != candidates.end()) {
      *std::min_element(chosen.begin() + 1, chosen.end() - 1, [&](int a, int b) {
        return std::abs(a - analysis.keySlice) < std::abs(b - analysis.keySlice);
      }) = analysis.keySlice;
    }
  }
  if (!baseIsFirst(stack, labels)) std::reverse(chosen.begin(), chosen.end());
  return chosen;
}

double drawImages(PageCanvas& canvas, double top, const SeriesStack& source,
                  const SaxAnalysis& analysis) {
  const double heading = PageCanvas::lineHeight(TextStyle::section);
  canvas.text(page::margin, top + 22, "Contours", TextStyle::section);
  drawContourLegend(canvas, page::margin + canvas.contentWidth(), top + 22, analysis, true);
  return heading + 6 + Cells(canvas, source, analysis).draw(top + heading + 6);
}

}  // namespace cmr
