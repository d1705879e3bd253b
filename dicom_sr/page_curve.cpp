#include "dicom_sr/page_curve.h"

#include <algorithm>
#include <cmath>

#include "dicom_sr/key_segments.h"
#include "dicom_sr/measurement_text.h"
#include "dicom_sr/page_chart.h"
#include "dicom_sr/phase_numbers.h"

namespace cmr {
namespace {

ChartLine lineOf(const SaxAnalysis& analysis, const char* name, Structure structure,
                 const std::vector<double>& volumesMl, std::size_t places) {
  ChartLine line{
      name, structureColor(structure), !evidenceText(analysis.package, structure).empty(), {}};
  line.values.resize(places);
  for (std::size_t i = 0; i < std::min(places, volumesMl.size()); ++i) {
    if (std::isfinite(volumesMl[i])) line.values[i] = volumesMl[i];
  }
  return line;
}

}  // namespace

Chart overTheCycle(const SaxAnalysis& analysis, const std::string& title) {
  Chart chart;
  chart.title = title;
  chart.axis = haveTimes(analysis) ? "time after the R wave, ms" : "phase";
  if (haveTimes(analysis)) {
    chart.places = analysis.phaseTimesMs;
  } else {
    for (int i = 1; i <= analysis.labels.phaseCount; ++i) chart.places.push_back(i);
  }
  chart.marks = {{"ED", static_cast<std::size_t>(analysis.endDiastolePhase)},
                 {"ES", static_cast<std::size_t>(analysis.endSystolePhase)}};
  return chart;
}

double drawCurve(PageCanvas& canvas, double left, double top, double width,
                 const SaxAnalysis& analysis) {
  Chart chart = overTheCycle(analysis, "Volume over the cycle, mL");
  const auto add = [&](const char* name, Structure structure, const std::vector<double>& volumes) {
    if (!isReleased(analysis, structure) || !isAnyFound(volumes)) return;
    chart.lines.push_back(lineOf(analysis, name, structure, volumes, chart.places.size()));
  };
  add("LV", Structure::lvCavity, analysis.lvVolumeMl);
  add("RV", Structure::rvCavity, analysis.rvVolumeMl);
  return drawChart(canvas, left, top, width, chart);
}

}  // namespace cmr
