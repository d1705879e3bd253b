#include "models/phantom_kind.h"

#include "analysis/errors.h"

namespace cmr {
namespace {

constexpr std::array tissueNames{"air",
                                 "skin",
                                 "subcutaneousFat",
                                 "muscle",
                                 "bone",
                                 "lung",
                                 "lungVessel",
                                 "liver",
                                 "liverVessel",
                                 "spleen",
                                 "stomach",
                                 "abdominalFat",
                                 "bowel",
                                 "spinalFluid",
                                 "disc",
                                 "mediastinalFat",
                                 "epicardialFat",
                                 "pericardium",
                                 "lvBlood",
                                 "papillary",
                                 "myocardium",
                                 "scar",
                                 "rvBlood",
                                 "rvTrabecula",
                                 "rvWall",
                                 "laBlood",
                                 "raBlood",
                                 "aorta",
                                 "pulmonaryArtery",
                                 "vein",
                                 "vesselWall"};
static_assert(tissueNames.size() == phantomTissueCount);

constexpr std::array viewNames{"sax", "2ch", "3ch", "4ch", "aorta", "localizer"};
constexpr std::array viewClasses{"SAX", "2CH", "3CH", "4CH", "aorta", "other"};
constexpr std::array sequenceNames{"cine",  "lge",        "lge-psir",    "t1-map",
                                   "molli", "t2-map",     "t2-prep",     "perfusion",
                                   "flow",  "flow-phase", "black-blood", "scout"};
constexpr std::array diseaseNames{"normal", "dilated", "hypertrophic", "infarct", "abnormal-rv"};

}  // namespace

Structure shortAxisStructure(PhantomTissue tissue) {
  switch (tissue) {
    case PhantomTissue::lvBlood:
    case PhantomTissue::papillary:
      return Structure::lvCavity;
    case PhantomTissue::myocardium:
    case PhantomTissue::scar:
      return Structure::lvMyocardium;
    case PhantomTissue::rvBlood:
    case PhantomTissue::rvTrabecula:
      return Structure::rvCavity;
    default:
      return Structure::background;
  }
}

LongAxisStructure longAxisStructure(PhantomTissue tissue) {
  if (tissue == PhantomTissue::laBlood) return LongAxisStructure::leftAtrium;
  if (tissue == PhantomTissue::raBlood) return LongAxisStructure::rightAtrium;
  return static_cast<LongAxisStructure>(shortAxisStructure(tissue));
}

std::string tissueName(PhantomTissue t) { return tissueNames[static_cast<std::size_t>(t)]; }
std::string viewName(PhantomView v) { return viewNames[static_cast<std::size_t>(v)]; }
std::string sequenceName(PhantomSequence s) { return sequenceNames[static_cast<std::size_t>(s)]; }
std::string diseaseName(PhantomDisease d) { return diseaseNames[static_cast<std::size_t>(d)]; }

PhantomDisease diseaseByName(const std::string& name) {
  std::string choices;
  for (const PhantomDisease d : allPhantomDiseases) {
    if (diseaseName(d) == name) return d;
    choices += (choices.empty() ? "" : ", ") + diseaseName(d);
  }
  throw InputError("'" + name + "' is no condition of a phantom; there are " + choices);
}

std::string viewClass(PhantomView v) { return viewClasses[static_cast<std::size_t>(v)]; }

std::string sequenceClass(PhantomSequence s) {
  switch (s) {
    case PhantomSequence::cine:
      return "cine";
    case PhantomSequence::lge:
    case PhantomSequence::lgePsir:
      return "LGE";
    case PhantomSequence::t1Map:
      return "T1 map";
    case PhantomSequence::t2Map:
      return "T2 map";
    default:
      return "other";
  }
}

}  // namespace cmr
