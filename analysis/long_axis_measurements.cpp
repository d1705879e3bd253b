#include <algorithm>
#include <iterator>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "analysis/long_axis.h"
#include "analysis/measurement_verdict.h"

namespace cmr {
namespace {

const Code milliliter{"mL", "UCUM", "milliliter"};
const Code squareCentimetre{"cm2", "UCUM", "square centimeter"};
const Code millimetre{"mm", "UCUM", "millimeter"};
const Code percent{"%", "UCUM", "percent"};

std::vector<std::optional<ChamberShape>> shapesOf(const LongAxisView& view,
                                                  LongAxisStructure chamber) {
  std::vector<std::optional<ChamberShape>> shapes;
  for (int phase = 0; phase < view.labels->phaseCount; ++phase) {
    shapes.push_back(chamberShape(view.stack->planes.at(0), view.labels->frame(0, phase),
                                  view.labels->rows, view.labels->columns, chamber));
  }
  return shapes;
}

struct Sight {
  const std::optional<LongAxisView>& view;
  std::optional<ChamberCycle> cycle;
};

std::vector<std::size_t> imagesOf(const std::vector<const Sight*>& sights, bool both) {
  std::vector<std::size_t> images;
  for (const Sight* s : sights) {
    images.push_back(s->view->stack->frame(0, s->cycle->largestPhase).sourceIndex);
    if (both) images.push_back(s->view->stack->frame(0, s->cycle->smallestPhase).sourceIndex);
  }
  return images;
}

const char* const standard = " (Lang et al., J Am Soc Echocardiogr 2015;28:1).";

struct Definition {
  std::string id;
  std::string label;
  Code property;
  Code unit;
  std::string method;
};

// sights: those that show the chamber. Nothing of them: unmeasurable.
Measurement describe(Definition d, const std::vector<const Sight*>& sights,
                     std::optional<double> value, bool bothPhases, const std::string& withheld) {
  Measurement m;
  m.id = std::move(d.id);
  m.label = std::move(d.label);
  m.concept_ = std::move(d.property);
  m.unit = std::move(d.unit);
  m.method = std::move(d.method);
  m.value = value;
  if (value) {
    m.sourceFrames = imagesOf(sights, bothPhases);
  } else {
    worsen(m, Quality::unmeasurable, withheld);
  }
  return m;
}

std::vector<const Sight*> seen(const std::vector<const Sight*>& sights) {
  std::vector<const Sight*> found;
  std::copy_if(sights.begin(), sights.end(), std::back_inserter(found),
               [](const Sight* s) { return s->cycle.has_value(); });
  return found;
}

std::string whyNot(const std::vector<const Sight*>& sights, const std::string& chamber,
                   const std::string& cine = "long-axis") {
  const bool any =
      std::any_of(sights.begin(), sights.end(), [](const Sight* s) { return s->view.has_value(); });
  return any ? "The " + chamber + " was not outlined with its valve at every phase."
             : "No " + cine + " cine that shows the " + chamber + " is there.";
}

using Volume = double (*)(const ChamberShape&, const ChamberShape*);

std::optional<double> volumeOf(const std::vector<const Sight*>& sights, Volume volume,
                               ChamberShape ChamberCycle::*when) {
  if (sights.empty()) return std::nullopt;
  const ChamberShape& first = (*sights.front()->cycle).*when;
  return volume(first, sights.size() > 1 ? &((*sights.back()->cycle).*when) : nullptr);
}

std::string planesOf(const std::vector<const Sight*>& sights) {
  return sights.size() > 1 ? "Two- and four-chamber planes, " : "A single plane, ";
}

void doubt(Measurement& m, const std::vector<const Sight*>& sights) {
  if (!m.value) return;
  if (sights.size() < 2) {
    worsen(m, Quality::uncertain,
           "Of one plane alone: the chamber is taken to be round about its axis.");
    return;
  }
  if (isForeshortened(sights.front()->cycle->largest, sights.back()->cycle->largest)) {
    worsen(m, Quality::uncertain, foreshortenedReason);
  }
}

const std::string doesNotShrink =
    "The left ventricle does not shrink from end diastole to end systole.";

void addLeftVentricle(std::vector<Measurement>& all, const std::vector<const Sight*>& asked) {
  const std::vector<const Sight*> sights = seen(asked);
  const std::string none = whyNot(asked, "left ventricle");
  const Code edv{"8821-1", "LN", "Left Ventricular ED Volume"};
  const Code esv{"8823-7", "LN", "Left Ventricular ES Volume"};
  const auto add = [&](const std::string& suffix, const std::string& how, Volume volume) {
    const std::string method = planesOf(sights) + how + standard;
    const std::string after = suffix.empty() ? ", long axis, " + how : ", " + how;
    const auto atEd = volumeOf(sights, volume, &ChamberCycle::largest);
    const auto atEs = volumeOf(sights, volume, &ChamberCycle::smallest);
    all.push_back(describe({"lax.lv.edv" + suffix, "LV EDV" + after, edv, milliliter, method},
                           sights, atEd, false, none));
    all.push_back(describe({"lax.lv.esv" + suffix, "LV ESV" + after, esv, milliliter, method},
                           sights, atEs, true, none));
    // Phases are those of the largest and the smallest area, which need not be those of volumes.
    const bool ejects = atEd && *atEs < *atEd;
    const auto ef = ejects ? std::optional(100 * (*atEd - *atEs) / *atEd) : std::nullopt;
    all.push_back(describe({"lax.lv.ef" + suffix,
                            "LV EF" + after,
                            {"8811-2", "LN", "Left ventricular ejection fraction by MR"},
                            percent,
                            method},
                           sights, ef, true, atEd && !ejects ? doesNotShrink : none));
  };
  add("", "discs", discsMl);
  add(".al", "area-length", areaLengthMl);
}

void addAtrium(std::vector<Measurement>& all, const std::vector<const Sight*>& asked,
               const Sight& fourChamber, const std::string& id, const std::string& name,
               const std::string& words, const Code& largest, const Code& smallest) {
  const std::vector<const Sight*> sights = seen(asked);
  const std::string none = whyNot(asked, words, asked.size() > 1 ? "long-axis" : "four-chamber");
  const std::string method = planesOf(sights) + "area-length" + standard +
                             " Planes through the ventricle may pass beside the atrium's middle, "
                             "which makes it too small.";
  all.push_back(
      describe({"lax." + id + ".max", name + " volume, largest", largest, milliliter, method},
               sights, volumeOf(sights, areaLengthMl, &ChamberCycle::largest), false, none));
  all.push_back(
      describe({"lax." + id + ".min", name + " volume, smallest", smallest, milliliter, method},
               sights, volumeOf(sights, areaLengthMl, &ChamberCycle::smallest), true, none));
  const std::vector<const Sight*> four = seen({&fourChamber});
  const auto area =
      four.empty() ? std::nullopt : std::optional(fourChamber.cycle->largest.areaMm2 / 100);
  all.push_back(describe({"lax." + id + ".area",
                          name + " area, four-chamber",
                          {id + "-area", "99CMR", name + " area"},
                          squareCentimetre,
                          std::string("Largest outlined area in the four-chamber view") + standard},
                         four, area, false, whyNot({&fourChamber}, words, "four-chamber")));
}

std::optional<double> strainOf(const Sight& s) {
  const auto length = [&](int phase, const ChamberShape& shape) {
    return endocardialLengthMm(s.view->stack->planes.at(0), s.view->labels->frame(0, phase),
                               s.view->labels->rows, s.view->labels->columns, shape);
  };
  const auto before = length(s.cycle->largestPhase, s.cycle->largest);
  const auto after = length(s.cycle->smallestPhase, s.cycle->smallest);
  if (!before || !after) return std::nullopt;
  return 100 * (*after - *before) / *before;
}

std::optional<double> meanOf(const std::vector<double>& values) {
  if (values.empty()) return std::nullopt;
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

void addMotion(std::vector<Measurement>& all, const std::vector<const Sight*>& asked) {
  const std::vector<const Sight*> sights = seen(asked);
  std::vector<double> excursions;
  std::vector<double> strains;
  for (const Sight* s : sights) {
    excursions.push_back(annularExcursionMm(s->cycle->largest, s->cycle->smallest));
    if (const auto strain = strainOf(*s)) strains.push_back(*strain);
  }
  const std::optional<double> excursion = meanOf(excursions);
  const std::optional<double> strain = meanOf(strains);
  const std::string none = whyNot(asked, "left ventricle");
  all.push_back(describe({"lax.mapse",
                          "Mitral annular excursion",
                          {"mapse", "99CMR", "Mitral annular plane systolic excursion"},
                          millimetre,
                          "Way of the middle of the outline's base towards the apex from end "
                          "diastole to end systole, mean of the views."},
                         sights, excursion, true, none));
  all.push_back(describe({"lax.gls",
                          "LV longitudinal strain",
                          {"130670", "DCM", "Longitudinal Lagrangian Strain"},
                          percent,
                          "Change of the endocardial outline's length without its base from end "
                          "diastole to end systole, mean of the views: of lines, not of tissue."},
                         sights, strain, true, none));
  worsen(all.back(), Quality::uncertain,
         "Of outlines: not the number of feature tracking or tagging.");
}

}  // namespace

const char* const foreshortenedReason =
    "The chamber's length differs by more than 10 % between both planes: one of them is "
    "foreshortened.";

bool isForeshortened(const ChamberShape& first, const ChamberShape& second) {
  const auto [shorter, longer] = std::minmax(first.lengthMm, second.lengthMm);
  return longer > 1.1 * shorter;
}

std::optional<ChamberCycle> chamberCycle(const LongAxisView& view, LongAxisStructure chamber) {
  const auto shapes = shapesOf(view, chamber);
  std::optional<ChamberCycle> cycle;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    if (!shapes[i]) return std::nullopt;
    const int phase = static_cast<int>(i);
    if (!cycle) cycle = ChamberCycle{*shapes[i], *shapes[i], phase, phase};
    if (shapes[i]->areaMm2 > cycle->largest.areaMm2) {
      cycle->largest = *shapes[i];
      cycle->largestPhase = phase;
    }
    if (shapes[i]->areaMm2 < cycle->smallest.areaMm2) {
      cycle->smallest = *shapes[i];
      cycle->smallestPhase = phase;
    }
  }
  return cycle;
}

std::vector<Measurement> longAxisMeasurements(const std::optional<LongAxisView>& twoChamber,
                                              const std::optional<LongAxisView>& fourChamber) {
  const auto sight = [](const std::optional<LongAxisView>& view, LongAxisStructure chamber) {
    return Sight{view, view ? chamberCycle(*view, chamber) : std::nullopt};
  };
  const Sight lv2 = sight(twoChamber, LongAxisStructure::lvCavity);
  const Sight lv4 = sight(fourChamber, LongAxisStructure::lvCavity);
  const Sight la2 = sight(twoChamber, LongAxisStructure::leftAtrium);
  const Sight la4 = sight(fourChamber, LongAxisStructure::leftAtrium);
  const Sight ra4 = sight(fourChamber, LongAxisStructure::rightAtrium);
  std::vector<Measurement> all;
  addLeftVentricle(all, {&lv2, &lv4});
  addAtrium(all, {&la2, &la4}, la4, "la", "LA", "left atrium",
            {"122408", "DCM", "Left Atrial ES Volume"}, {"122407", "DCM", "Left Atrial ED Volume"});
  addAtrium(all, {&ra4}, ra4, "ra", "RA", "right atrium",
            {"ra-max", "99CMR", "Right atrial volume, largest"},
            {"ra-min", "99CMR", "Right atrial volume, smallest"});
  const std::size_t volumes = all.size();
  for (std::size_t i = 0; i < volumes; ++i) {
    Measurement& m = all[i];
    if (m.id.ends_with(".area")) continue;
    const bool lv = m.id.rfind("lax.lv", 0) == 0;
    const bool la = m.id.rfind("lax.la", 0) == 0;
    doubt(m, lv ? seen({&lv2, &lv4}) : la ? seen({&la2, &la4}) : seen({&ra4}));
  }
  addMotion(all, {&lv2, &lv4});
  return all;
}

}  // namespace cmr
