// What a phantom image can show: tissues, views, sequences, diseases, and their names.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "analysis/label_stack.h"
#include "analysis/long_axis_structure.h"

namespace cmr {

// Every pixel of the field is one of these. The order is part of what training code may store:
// append, never insert.
enum class PhantomTissue : std::uint8_t {
  air,
  skin,
  subcutaneousFat,
  muscle,
  bone,
  lung,
  lungVessel,
  liver,
  liverVessel,
  spleen,
  stomach,
  abdominalFat,
  bowel,
  spinalFluid,
  disc,
  mediastinalFat,
  epicardialFat,
  pericardium,
  lvBlood,
  papillary,  // inside the cavity: counted as lvCavity by the tasks
  myocardium,
  scar,  // enhanced myocardium: counted as lvMyocardium by the tasks
  rvBlood,
  rvTrabecula,  // inside the cavity: counted as rvCavity
  rvWall,
  laBlood,
  raBlood,
  aorta,
  pulmonaryArtery,
  vein,        // caval and pulmonary veins
  vesselWall,  // walls of atria and vessels
  count
};
inline constexpr std::size_t phantomTissueCount = static_cast<std::size_t>(PhantomTissue::count);

enum class PhantomView { sax, twoChamber, threeChamber, fourChamber, aorta, localizer };
inline constexpr std::array allPhantomViews{PhantomView::sax,          PhantomView::twoChamber,
                                            PhantomView::threeChamber, PhantomView::fourChamber,
                                            PhantomView::aorta,        PhantomView::localizer};

enum class PhantomSequence {
  cine,        // balanced SSFP
  lge,         // inversion recovery, magnitude
  lgePsir,     // phase-sensitive: signed, zero at mid-grey
  t1Map,       // milliseconds
  molli,       // one inversion image behind a T1 map
  t2Map,       // milliseconds
  t2Prep,      // one T2-prepared image behind a T2 map
  perfusion,   // saturation recovery, first pass
  flow,        // phase contrast, magnitude
  flowPhase,   // phase contrast, velocity
  blackBlood,  // T2-weighted turbo spin echo
  scout        // single-shot SSFP of a localizer
};
inline constexpr std::array allPhantomSequences{
    PhantomSequence::cine,      PhantomSequence::lge,        PhantomSequence::lgePsir,
    PhantomSequence::t1Map,     PhantomSequence::molli,      PhantomSequence::t2Map,
    PhantomSequence::t2Prep,    PhantomSequence::perfusion,  PhantomSequence::flow,
    PhantomSequence::flowPhase, PhantomSequence::blackBlood, PhantomSequence::scout};

enum class PhantomDisease { normal, dilated, hypertrophic, infarct, abnormalRv };
inline constexpr std::array allPhantomDiseases{PhantomDisease::normal, PhantomDisease::dilated,
                                               PhantomDisease::hypertrophic,
                                               PhantomDisease::infarct, PhantomDisease::abnormalRv};

// A tissue as the short-axis tasks name it: papillary muscle is cavity, scar is myocardium.
Structure shortAxisStructure(PhantomTissue tissue);
LongAxisStructure longAxisStructure(PhantomTissue tissue);

std::string tissueName(PhantomTissue tissue);      // "lvBlood"
std::string viewName(PhantomView view);            // "sax", "2ch", "3ch", "4ch", "aorta", ...
std::string sequenceName(PhantomSequence s);       // "cine", "lge", "lge-psir", "t1-map", ...
std::string diseaseName(PhantomDisease disease);   // "normal", ..., "abnormal-rv"
PhantomDisease diseaseByName(const std::string&);  // throws InputError naming the choices

// Classes of the tasks `view` and `sequence`: "SAX", "2CH", "3CH", "4CH", "aorta", "other";
// "cine", "LGE", "T1 map", "T2 map", "other" (images behind a map are other).
std::string viewClass(PhantomView view);
std::string sequenceClass(PhantomSequence sequence);

}  // namespace cmr
