#include <algorithm>
#include <cmath>

#include "analysis/cardiac_timing.h"
#include "analysis/volume_rates.h"
#include "dicom_sr/key_segments.h"
#include "dicom_sr/measurement_text.h"
#include "dicom_sr/page_bullseye.h"
#include "dicom_sr/page_curve.h"
#include "dicom_sr/page_images.h"
#include "dicom_sr/phase_numbers.h"
#include "dicom_sr/result_page_parts.h"
#include "dicom_sr/segment_values.h"
#include "dicom_sr/wall_page.h"

namespace cmr {
namespace {

constexpr std::size_t bullseyesPerRow = 3;
constexpr double rowGap = 26;

bool isWallReleased(const SaxAnalysis& analysis) {
  return isReleased(analysis, Structure::lvMyocardium) && isReleased(analysis, Structure::lvCavity);
}

std::string pageTitle(const SaxAnalysis& analysis) {
  if (analysis.task == "seg_lge_sax") return "Late enhancement, short axis: segments";
  if (analysis.task == "seg_map_sax") return "Short-axis map: segments";
  return "Short-axis cine: wall and curves";
}

// Returns the height that was used.
double drawBullseyes(PageCanvas& canvas, double top, const std::vector<SegmentValues>& all) {
  // One or two are larger than three.
  const std::size_t perRow = std::clamp<std::size_t>(all.size(), 2, bullseyesPerRow);
  const double width = (canvas.contentWidth() - static_cast<double>(perRow - 1) * page::gutter) /
                       static_cast<double>(perRow);
  double y = top;
  for (std::size_t first = 0; first < all.size(); first += perRow) {
    double highest = 0;
    const std::size_t last = std::min(all.size(), first + perRow);
    // A row that is not full stands in the middle.
    const double free = static_cast<double>(perRow - (last - first)) * (width + page::gutter);
    for (std::size_t i = first; i < last; ++i) {
      const double left =
          page::margin + free / 2 + static_cast<double>(i - first) * (width + page::gutter);
      highest = std::max(highest, drawBullseye(canvas, left, y, width, all[i]));
    }
    y += highest + rowGap;
  }
  return y - top;
}

Chart rateChart(const SeriesStack& source, const SaxAnalysis& analysis) {
  Chart chart = overTheCycle(analysis, "Filling rate, mL/s");
  if (!haveTimes(analysis)) {
    chart.lines.clear();
    return chart;  // a rate needs times
  }
  const auto add = [&](const char* name, Structure structure, const std::vector<double>& volumes) {
    if (!isReleased(analysis, structure) || volumes.size() != chart.places.size()) return;
    if (!isAnyFound(volumes)) return;
    VolumeRates rates = volumeRates(volumes, analysis.phaseTimesMs, cycleLengthMs(source.stack),
                                    {analysis.endDiastolePhase, analysis.endSystolePhase});
    chart.lines.push_back({name, structureColor(structure),
                           !evidenceText(analysis.package, structure).empty(),
                           std::move(rates.mlPerS)});
  };
  add("LV", Structure::lvCavity, analysis.lvVolumeMl);
  add("RV", Structure::rvCavity, analysis.rvVolumeMl);
  return chart;
}

Chart strainChart(const SaxAnalysis& analysis) {
  Chart chart = overTheCycle(analysis, "Strain of contours, %");
  const auto add = [&](const char* name, Paint color, bool dashed, double WallStrain::*which) {
    ChartLine line{name, color, dashed, {}};
    for (const auto& strain : analysis.wall.strain.global) {
      line.values.push_back(strain ? std::optional((*strain).*which) : std::nullopt);
    }
    chart.lines.push_back(std::move(line));
  };
  add("radial", lvMyocardiumColor, false, &WallStrain::radial);
  add("mid-wall", page::ink, true, &WallStrain::midwall);
  add("endocardial", lvCavityColor, false, &WallStrain::endocardial);
  return chart;
}

bool baseIsLast(const SeriesStack& source, const SaxAnalysis& analysis) {
  const std::vector<int> shown =
      shownSlices(source.stack, analysis, static_cast<std::size_t>(source.stack.sliceCount));
  return shown.size() > 1 && shown.front() > shown.back();
}

Chart thicknessChart(const SeriesStack& source, const SaxAnalysis& analysis) {
  Chart chart;
  chart.title = "Thickness by slice, mm";
  chart.axis = "slice, from base to apex";
  ChartLine thickest{"ED thickest 30\xC2\xB0", lvMyocardiumColor, true, {}};
  ChartLine atEd{"ED mean", lvMyocardiumColor, false, {}};
  ChartLine atEs{"ES mean", page::ink, false, {}};
  const int count = static_cast<int>(analysis.wall.slices.size());
  const bool isReversed = baseIsLast(source, analysis);
  for (int i = 0; i < count; ++i) {
    const int slice = isReversed ? count - 1 - i : i;
    const SliceWall& wall = analysis.wall.slices[static_cast<std::size_t>(slice)];
    chart.places.push_back(i + 1);
    chart.names.push_back(std::to_string(slice + 1));
    const auto& ed = wall.endDiastole;
    const auto& es = wall.endSystole;
    thickest.values.push_back(ed ? std::optional(ed->largest) : std::nullopt);
    atEd.values.push_back(ed ? std::optional(ed->mean) : std::nullopt);
    atEs.values.push_back(es ? std::optional(es->mean) : std::nullopt);
  }
  chart.lines = {std::move(thickest), std::move(atEd), std::move(atEs)};
  return chart;
}

// Returns the height that was used.
double drawCurves(PageCanvas& canvas, double top, const SeriesStack& source,
                  const SaxAnalysis& analysis) {
  const double width = (canvas.contentWidth() - 2 * page::gutter) / 2;
  const double right = page::margin + width + 2 * page::gutter;
  double y = top;
  y += std::max(drawCurve(canvas, page::margin, y, width, analysis),
                drawChart(canvas, right, y, width, rateChart(source, analysis))) +
       rowGap;
  if (!isWallReleased(analysis)) return y - top;
  y += std::max(drawChart(canvas, page::margin, y, width, strainChart(analysis)),
                drawChart(canvas, right, y, width, thicknessChart(source, analysis)));
  y += canvas.paragraph(
      page::margin, y + 18,
      "Strain is the change of the contours' length and, radial, of the mean thickness against end "
      "diastole, "
      "mean over the slices whose wall is a closed ring at every phase: of lines, not of tissue. "
      "Outside of end diastole the epicardium has hardly been checked against readers' contours. " +
          analysis.wall.noSegments,
      TextStyle::small, page::quiet, canvas.contentWidth(), 4);
  return y + 18 - top;
}

}  // namespace

double layOutWallPage(PageCanvas& canvas, const SeriesStack& source, const SaxAnalysis& analysis,
                      const OutputContext& context) {
  double y = drawPageHeading(canvas, pageTitle(analysis), analysis);
  y += drawBullseyes(canvas, y, segmentValues(analysis));
  if (!analysis.isStill) y += drawCurves(canvas, y, source, analysis) + rowGap;
  return y + drawPageProvenance(canvas, y, source, analysis, context) + page::margin / 2;
}

bool hasWallPage(const SeriesStack& source, const SaxAnalysis& analysis) {
  if (!segmentValues(analysis).empty()) return true;
  const bool isCine = !analysis.isStill && source.stack.phaseCount > 1;
  return isCine && isWallReleased(analysis) && !analysis.wall.slices.empty();
}

RgbImage drawWallPage(const SeriesStack& source, const SaxAnalysis& analysis,
                      const OutputContext& context) {
  requireFit(source, analysis);
  return pictureOfPage(1, page::maxHeight, [&](PageCanvas& canvas) {
    return layOutWallPage(canvas, source, analysis, context);
  });
}

}  // namespace cmr
