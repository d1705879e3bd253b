// An analysis made of circles on the grid of a real series: known shapes on real geometry.
#pragma once

#include <cmath>
#include <string>

#include "analysis/sax_analysis.h"
#include "dicom_sr/produced_object.h"
#include "dicom_sr/source.h"

namespace cmr::test {

inline Measurement measurementOf(const std::string& id, const std::string& label, Code concept_,
                                 Code unit, double value) {
  Measurement m;
  m.id = id;
  m.label = label;
  m.concept_ = std::move(concept_);
  m.unit = std::move(unit);
  m.value = value;
  m.method = "Sum of discs over all slices.";
  m.sourceFrames = {0, 1, 2};
  return m;
}

inline void drawDisc(LabelStack& labels, int slice, int phase, double x, double y, double radius,
                     Structure structure) {
  const std::span<std::uint8_t> frame = labels.frame(slice, phase);
  for (int row = 0; row < labels.rows; ++row) {
    for (int column = 0; column < labels.columns; ++column) {
      if (std::hypot(column - x, row - y) > radius) continue;
      frame[static_cast<std::size_t>(row) * static_cast<std::size_t>(labels.columns) +
            static_cast<std::size_t>(column)] = static_cast<std::uint8_t>(structure);
    }
  }
}

// ED is the last phase and ES the eighth (the first of few); the two outermost slices hold nothing,
// and the RV ends two slices before the LV.
inline SaxAnalysis circlesOn(const SeriesStack& source) {
  const ImageStack& stack = source.stack;
  SaxAnalysis a;
  a.labels = LabelStack(stack.rows, stack.columns, stack.sliceCount, stack.phaseCount);
  a.endDiastolePhase = stack.phaseCount - 1;
  a.endSystolePhase = stack.phaseCount > 8 ? 7 : 0;
  a.keySlice = stack.sliceCount / 2;
  const double x = stack.columns / 2.0, y = stack.rows / 2.0;
  for (int phase = 0; phase < stack.phaseCount; ++phase) {
    const double size = phase == a.endSystolePhase ? 0.6 : 1;
    for (int slice = 1; slice + 1 < stack.sliceCount; ++slice) {
      const double taper = 1 - 0.03 * std::abs(slice - a.keySlice);
      if (slice + 3 < stack.sliceCount) {
        drawDisc(a.labels, slice, phase, x - 32, y, 16 * taper, Structure::rvCavity);
      }
      drawDisc(a.labels, slice, phase, x, y, 26 * taper, Structure::lvMyocardium);
      drawDisc(a.labels, slice, phase, x, y, 19 * size * taper, Structure::lvCavity);
    }
  }
  const Code ml{"mL", "UCUM", "milliliter"};
  const Code percent{"%", "UCUM", "percent"};
  a.measurements = {
      measurementOf("lv.edv", "LV end-diastolic volume",
                    {"8821-1", "LN", "Left Ventricular ED Volume"}, ml, 151.4),
      measurementOf("lv.esv", "LV end-systolic volume",
                    {"8823-7", "LN", "Left Ventricular ES Volume"}, ml, 60.2),
      measurementOf("lv.ef", "LV ejection fraction",
                    {"8811-2", "LN", "Left ventricular ejection fraction by MR"}, percent, 60.25),
      measurementOf("lv.mass", "LV mass", {"18087-7", "LN", "Left Ventricle Mass"},
                    {"g", "UCUM", "gram"}, 104.7),
      measurementOf("rv.edv", "RV end-diastolic volume",
                    {"8822-9", "LN", "Right Ventricular ED Volume"}, ml, 130),
      measurementOf("rv.ef", "RV ejection fraction",
                    {"8818-7", "LN", "Right ventricular ejection fraction by MR"}, percent, 0)};
  a.measurements[0].reference = ReferenceRange{
      81, 204, "A study, 2025", "men of 20 to 80 years, papillary muscles as volume"};
  a.measurements[3].quality = Quality::uncertain;
  a.measurements[3].reason = "The epicardium is cut by the field of view.";
  a.measurements[5].quality = Quality::unmeasurable;
  a.measurements[5].value.reset();
  a.measurements[5].reason = "The base of the right ventricle is not covered.";
  a.measurements.push_back(measurementOf("lv.edvi", "LV end-diastolic volume index",
                                         {"8821-1", "LN", "Left Ventricular ED Volume"},
                                         {"mL/m2", "UCUM", "milliliter per square meter"}, 75.7));
  a.measurements.back().indexedFrom = "lv.edv";
  a.measurements.push_back(measurementOf("heart.rate", "Heart rate", {"8867-4", "LN", "Heart rate"},
                                         {"{beats}/min", "UCUM", "beats per minute"}, 65));
  a.flags = {{Severity::warning, "basal-slice-uncertain", "The most basal slice is uncertain."}};
  a.package = {"starter",
               "1.0.0",
               std::string(64, 'a'),
               "cpu",
               "float32",
               {"", "real", "real", "phantom"},
               {"", "report", "report", "flag"}};
  return a;
}

inline OutputContext fixedContext() {
  return {"20120314101500", std::string(64, 'a'), "0123456789abcdef", "cpu/float32"};
}

}  // namespace cmr::test
