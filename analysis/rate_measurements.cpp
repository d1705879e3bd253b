#include "analysis/rate_measurements.h"

#include <cmath>
#include <string>

#include "analysis/cardiac_timing.h"
#include "analysis/measurement_verdict.h"
#include "analysis/volume_rates.h"

namespace cmr {
namespace {

Measurement rateOf(const std::string& id, const std::string& label, const Code& property,
                   const std::string& what, const VolumeRates& rates,
                   const std::optional<double>& value) {
  Measurement m;
  m.id = id;
  m.label = label;
  m.concept_ = property;
  m.unit = {"mL/s", "UCUM", "milliliter per second"};
  m.method = what + " of the volume curve, by central differences of neighbouring phases";
  if (!rates.reason.empty()) {
    m.method += ".";
    worsen(m, Quality::unmeasurable, rates.reason);
    return m;
  }
  const std::string step = std::to_string(std::lround(rates.stepMs));
  m.method += " " + step + " ms apart: short peaks come out too low.";
  m.value = value;
  if (!value) {
    worsen(m, Quality::unmeasurable, "The volume curve has no such change.");
    return m;
  }
  if (rates.stepMs > coarsestStepMs) {
    worsen(m, Quality::uncertain,
           "Phases " + step + " ms apart are too far from each other for rates.");
  }
  if (!rates.isClosed) {
    worsen(m, Quality::uncertain,
           "The images may not cover the whole cycle: the peak may lie outside of them.");
  }
  return m;
}

}  // namespace

std::vector<Measurement> rateMeasurements(const MeasuredSeries& series,
                                          const std::vector<std::size_t>& sourceFrames) {
  VolumeRates rates = volumeRates(series.lvMl, phaseTimesMs(series.stack),
                                  cycleLengthMs(series.stack), series.phases);
  if (series.lvMl.empty()) {
    rates.reason = "A single slice has no volume.";
  } else if (series.lvMl[static_cast<std::size_t>(series.phases.endDiastole)] <= 0) {
    rates.reason = "No left ventricle was found at end diastole.";
  }
  std::vector<Measurement> all{
      rateOf("lv.per", "LV peak ejection rate", {"122616", "DCM", "Peak Ejection Rate"},
             "Largest fall between end diastole and end systole", rates, rates.peakEjectionMlPerS),
      rateOf("lv.pfr", "LV peak filling rate", {"122618", "DCM", "Peak Filling Rate"},
             "Largest rise between end systole and end diastole", rates, rates.peakFillingMlPerS)};
  for (Measurement& m : all) m.sourceFrames = sourceFrames;
  return all;
}

Measurement heartRateMeasurement(const ImageStack& stack) {
  Measurement m;
  m.id = "heart.rate";
  m.label = "Heart rate";
  m.concept_ = {"8867-4", "LN", "Heart rate"};
  m.unit = {"{beats}/min", "UCUM", "beats per minute"};
  m.method = "As the images state it, else from their RR interval.";
  m.value = plausibleHeartRate(stack);
  if (!m.value) {
    worsen(m, Quality::unmeasurable, "The images carry no plausible heart rate.");
  }
  return m;
}

}  // namespace cmr
