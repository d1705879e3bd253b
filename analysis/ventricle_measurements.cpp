#include "analysis/ventricle_measurements.h"

#include <algorithm>
#include <string>
#include <utility>

#include "analysis/cardiac_timing.h"
#include "analysis/indexed_measurements.h"
#include "analysis/measurement_verdict.h"
#include "analysis/rate_measurements.h"
#include "analysis/reference_ranges.h"
#include "analysis/wall_measurements.h"
#include "analysis/wall_segments.h"

namespace cmr {
namespace {

const Code milliliter{"mL", "UCUM", "milliliter"};
const Code percent{"%", "UCUM", "percent"};
const Code gram{"g", "UCUM", "gram"};
const Code literPerMinute{"L/min", "UCUM", "liter per minute"};

// What DICOM and LOINC call them: PS3.16 CID 3468, 3469, 3833 and 12203.
struct Definition {
  std::string id;
  std::string label;
  Code property;
  Code unit;
  std::string method;
};

enum class Side { left, right };

struct Ventricle {
  Side side;
  Structure cavity;
  std::string prefix;  // "lv"
  std::string name;    // "LV"
  std::string words;   // "left ventricle"
  Code edv, esv, sv, ef;
};

const Ventricle leftVentricle{Side::left,
                              Structure::lvCavity,
                              "lv",
                              "LV",
                              "left ventricle",
                              {"8821-1", "LN", "Left Ventricular ED Volume"},
                              {"8823-7", "LN", "Left Ventricular ES Volume"},
                              {"90096001", "SCT", "Stroke Volume"},
                              {"8811-2", "LN", "Left ventricular ejection fraction by MR"}};
const Ventricle rightVentricle{Side::right,
                               Structure::rvCavity,
                               "rv",
                               "RV",
                               "right ventricle",
                               {"8822-9", "LN", "Right Ventricular ED Volume"},
                               {"8824-5", "LN", "Right Ventricular ES Volume"},
                               {"429483009", "SCT", "RV Stroke Volume"},
                               {"8818-7", "LN", "Right ventricular ejection fraction by MR"}};

const std::string guideline = " (Schulz-Menger et al., JCMR 2020;22:19)";

bool countsPapillariesAsCavity(const PackageIdentity& package, Structure structure) {
  return package.papillaryMuscles.at(static_cast<std::size_t>(structure)) ==
         PapillaryConvention::inCavity;
}

std::string volumeMethod(const MeasuredSeries& series, const Ventricle& v,
                         const std::string& when) {
  std::string method = "Sum over all short-axis slices of cavity area times slice distance at " +
                       when +
                       (countsPapillariesAsCavity(series.package, v.cavity)
                            ? ", papillary muscles counted as cavity"
                            : ", where papillary muscles are counted is not stated") +
                       guideline;
  if (v.side == Side::right) {
    method += "; the phase is that of the left ventricle";
  }
  return method + ".";
}

std::vector<std::size_t> framesWith(const MeasuredSeries& series, Structure structure,
                                    const std::vector<int>& phases) {
  std::vector<std::size_t> sources;
  for (const int phase : phases) {
    for (int slice = 0; slice < series.labels.sliceCount; ++slice) {
      const auto frame = series.labels.frame(slice, phase);
      if (std::find(frame.begin(), frame.end(), static_cast<std::uint8_t>(structure)) !=
          frame.end()) {
        sources.push_back(series.stack.frame(slice, phase).sourceIndex);
      }
    }
  }
  return sources;
}

Measurement start(Definition definition) {
  Measurement m;
  m.id = std::move(definition.id);
  m.label = std::move(definition.label);
  m.concept_ = std::move(definition.property);
  m.unit = std::move(definition.unit);
  m.method = std::move(definition.method);
  return m;
}

std::vector<Measurement> ventricle(const MeasuredSeries& series, const Ventricle& v,
                                   const std::vector<double>& ml) {
  const int ed = series.phases.endDiastole;
  const int es = series.phases.endSystole;
  Measurement edv = start({v.prefix + ".edv", v.name + " end-diastolic volume", v.edv, milliliter,
                           volumeMethod(series, v, "end diastole")});
  Measurement esv = start({v.prefix + ".esv", v.name + " end-systolic volume", v.esv, milliliter,
                           volumeMethod(series, v, "end systole")});
  Measurement sv = start({v.prefix + ".sv", v.name + " stroke volume", v.sv, milliliter,
                          "End-diastolic minus end-systolic volume" + guideline + "."});
  Measurement ef = start({v.prefix + ".ef", v.name + " ejection fraction", v.ef, percent,
                          "Stroke volume over end-diastolic volume" + guideline + "."});
  edv.sourceFrames = framesWith(series, v.cavity, {ed});
  esv.sourceFrames = framesWith(series, v.cavity, {es});
  sv.sourceFrames = ef.sourceFrames = framesWith(series, v.cavity, {ed, es});
  std::vector<Measurement> all{std::move(edv), std::move(esv), std::move(sv), std::move(ef)};
  if (ml.empty()) {
    for (Measurement& m : all) {
      worsen(m, Quality::unmeasurable, "A single slice has no volume.");
    }
  } else if (ml[static_cast<std::size_t>(ed)] <= 0) {
    for (Measurement& m : all) {
      worsen(m, Quality::unmeasurable, "No " + v.words + " was found at end diastole.");
    }
  } else {
    const double atEd = ml[static_cast<std::size_t>(ed)];
    const double atEs = ml[static_cast<std::size_t>(es)];
    all[0].value = atEd;
    if (atEs <= 0) {  // no ventricle empties: its outline failed, and nothing is no volume
      for (std::size_t i = 1; i < all.size(); ++i) {
        worsen(all[i], Quality::unmeasurable, "No " + v.words + " was found at end systole.");
      }
      return all;
    }
    all[1].value = atEs;
    all[2].value = atEd - atEs;
    all[3].value = 100 * (atEd - atEs) / atEd;
    if (atEs >= atEd) {
      worsen(all[2], Quality::unmeasurable,
             "The " + v.words + " does not shrink from end diastole to end systole.");
      worsen(all[3], Quality::unmeasurable, all[2].reason);
    }
  }
  return all;
}

Measurement cardiacOutput(const MeasuredSeries& series, const Measurement& strokeVolume) {
  Measurement m = start({"lv.co",
                         "LV cardiac output",
                         {"82799009", "SCT", "Cardiac Output"},
                         literPerMinute,
                         "LV stroke volume times heart rate."});
  m.sourceFrames = strokeVolume.sourceFrames;
  const std::optional<double> rate = plausibleHeartRate(series.stack);
  if (!strokeVolume.value) {
    worsen(m, Quality::unmeasurable, strokeVolume.reason);
  } else if (!rate) {
    worsen(m, Quality::unmeasurable, "The images carry no plausible heart rate.");
  } else {
    m.value = *strokeVolume.value * *rate / 1000;
  }
  return m;
}

Measurement mass(const MeasuredSeries& series) {
  Measurement m = start(
      {"lv.mass",
       "LV mass",
       {"18087-7", "LN", "Left Ventricle Mass"},
       gram,
       "Myocardial volume at end diastole, the sum over all short-axis slices of area times slice "
       "distance " +
           std::string(countsPapillariesAsCavity(series.package, Structure::lvMyocardium)
                           ? "without papillary muscles"
                           : "(whether with papillary muscles is not stated)") +
           ", times 1.05 g/mL" + guideline + "."});
  const auto ed = static_cast<std::size_t>(series.phases.endDiastole);
  m.sourceFrames = framesWith(series, Structure::lvMyocardium, {series.phases.endDiastole});
  if (series.myocardiumMl.empty()) {
    worsen(m, Quality::unmeasurable, "A single slice has no volume.");
  } else if (series.myocardiumMl[ed] <= 0) {
    worsen(m, Quality::unmeasurable, "No left ventricular myocardium was found at end diastole.");
  } else {
    m.value = series.myocardiumMl[ed] * myocardialDensityGPerMl;
  }
  return m;
}

// Everything that body surface bears upon, in the order of the list.
void addIndexed(std::vector<Measurement>& all, const ImageStack& stack) {
  const BodySurface surface = bodySurface(stack.patient);
  const std::size_t count = all.size();
  for (std::size_t i = 0; i < count; ++i) {
    if (!all[i].id.ends_with(".ef")) all.push_back(indexedBy(surface, all[i]));
  }
}

std::vector<Measurement> wallOf(const MeasuredSeries& series) {
  if (series.wall != nullptr) {
    std::vector<Measurement> all = wallMeasurements(series, *series.wall);
    for (Measurement& m : segmentMeasurements(series, *series.wall)) all.push_back(std::move(m));
    return all;
  }
  return wallMeasurements(series, examineWall(series.stack, series.labels, series.phases));
}

}  // namespace

std::vector<Measurement> measureStructure(const MeasuredSeries& series, Structure structure) {
  std::vector<Measurement> all;
  switch (structure) {
    case Structure::lvCavity: {
      all = ventricle(series, leftVentricle, series.lvMl);
      all.push_back(cardiacOutput(series, all[2]));
      const std::vector<std::size_t> sources = all[2].sourceFrames;
      addIndexed(all, series.stack);
      for (Measurement& rate : rateMeasurements(series, sources)) all.push_back(std::move(rate));
      break;
    }
    case Structure::lvMyocardium:
      all = {mass(series)};
      addIndexed(all, series.stack);
      for (Measurement& m : wallOf(series)) all.push_back(std::move(m));
      break;
    case Structure::rvCavity:
      all = ventricle(series, rightVentricle, series.rvMl);
      addIndexed(all, series.stack);
      break;
    case Structure::background:
      all = {heartRateMeasurement(series.stack),
             bodySurfaceMeasurement(bodySurface(series.stack.patient))};
      break;
  }
  addReferenceRanges(all, series.stack.patient,
                     series.package.papillaryMuscles.at(static_cast<std::size_t>(structure)));
  return all;
}

}  // namespace cmr
