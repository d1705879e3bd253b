#include "models/phantom_sample.h"

#include <algorithm>
#include <random>

#include "models/image_changes.h"
#include "models/phantom_image.h"

namespace cmr {
namespace {

using Rng = std::mt19937_64;

template <class Array>
auto pick(Rng& rng, const Array& choices) {
  const auto i =
      static_cast<std::size_t>(drawUniform(rng, 0, 1) * static_cast<double>(choices.size()));
  return choices[std::min(i, choices.size() - 1)];
}

PhantomView drawView(Rng& rng, const std::optional<PhantomSequence>& sequence) {
  if (sequence == PhantomSequence::scout) return PhantomView::localizer;
  constexpr std::array mapped{PhantomView::sax, PhantomView::sax, PhantomView::sax,
                              PhantomView::fourChamber};
  constexpr std::array late{PhantomView::sax, PhantomView::sax, PhantomView::twoChamber,
                            PhantomView::threeChamber, PhantomView::fourChamber};
  constexpr std::array flow{PhantomView::aorta, PhantomView::aorta, PhantomView::threeChamber};
  constexpr std::array moving{PhantomView::sax, PhantomView::twoChamber, PhantomView::threeChamber,
                              PhantomView::fourChamber, PhantomView::aorta};
  if (!sequence) return pick(rng, allPhantomViews);
  switch (*sequence) {
    case PhantomSequence::t1Map:
    case PhantomSequence::molli:
    case PhantomSequence::t2Map:
    case PhantomSequence::t2Prep:
    case PhantomSequence::perfusion:
      return pick(rng, mapped);
    case PhantomSequence::lge:
    case PhantomSequence::lgePsir:
    case PhantomSequence::blackBlood:
      return pick(rng, late);
    case PhantomSequence::flow:
    case PhantomSequence::flowPhase:
      return pick(rng, flow);
    default:
      return pick(rng, moving);
  }
}

PhantomSequence drawSequence(Rng& rng, PhantomView view) {
  constexpr std::array saxOnes{PhantomSequence::cine,      PhantomSequence::cine,
                               PhantomSequence::lge,       PhantomSequence::lgePsir,
                               PhantomSequence::t1Map,     PhantomSequence::t2Map,
                               PhantomSequence::molli,     PhantomSequence::t2Prep,
                               PhantomSequence::perfusion, PhantomSequence::blackBlood};
  constexpr std::array longOnes{PhantomSequence::cine, PhantomSequence::cine, PhantomSequence::lge,
                                PhantomSequence::lgePsir};
  constexpr std::array aortic{PhantomSequence::cine, PhantomSequence::cine, PhantomSequence::flow,
                              PhantomSequence::flowPhase};
  switch (view) {
    case PhantomView::sax:
      return pick(rng, saxOnes);
    case PhantomView::aorta:
      return pick(rng, aortic);
    case PhantomView::localizer:
      return PhantomSequence::scout;
    default:
      return pick(rng, longOnes);
  }
}

bool beats(PhantomSequence s) {
  return s == PhantomSequence::cine || s == PhantomSequence::flow ||
         s == PhantomSequence::flowPhase || s == PhantomSequence::scout;
}

template <class To>
std::vector<std::uint8_t> mapLabels(const std::vector<std::uint8_t>& tissues, To to) {
  std::array<std::uint8_t, phantomTissueCount> table{};
  for (std::size_t t = 0; t < table.size(); ++t) {
    table[t] = static_cast<std::uint8_t>(to(static_cast<PhantomTissue>(t)));
  }
  std::vector<std::uint8_t> labels(tissues.size());
  std::transform(tissues.begin(), tissues.end(), labels.begin(),
                 [&](std::uint8_t t) { return table[t]; });
  return labels;
}

}  // namespace

PhantomSample drawPhantom(std::uint64_t seed, const PhantomRequest& request) {
  Rng rng(seed * 0x9E3779B97F4A7C15ULL + 0xC0FFEEULL);
  PhantomSample out;
  out.view = request.view ? *request.view : drawView(rng, request.sequence);
  out.sequence = request.sequence ? *request.sequence : drawSequence(rng, out.view);
  out.disease = request.disease ? *request.disease : pick(rng, allPhantomDiseases);
  out.rows = request.rows;
  out.columns = request.columns;
  const double fieldMm =
      out.view == PhantomView::localizer ? drawUniform(rng, 380, 460) : drawUniform(rng, 300, 400);
  out.spacingMm = request.spacingMm.value_or(fieldMm / std::max(out.rows, out.columns));
  // Maps, LGE and the like are triggered to diastole.
  const double anyPhase = drawUniform(rng, 0, 0.99999);
  const double diastole = drawUniform(rng, 0.66, 0.84);
  out.phase = request.phase.value_or(beats(out.sequence) ? anyPhase : diastole);

  const PhantomBody body = drawBody(rng(), out.disease);
  const BodyPose pose = poseBody(body, out.phase);
  const FieldSize size{out.rows, out.columns, out.spacingMm};
  const ViewPlane view = drawPlane(rng, body, out.view, size);
  const PhantomCut cut = cutPhantom(pose, view, out.rows, out.columns);
  const double tesla = drawChance(rng, 0.6) ? 1.5 : 3.0;
  const TissueTable tissues =
      drawTissues(rng, {tesla, out.disease == PhantomDisease::hypertrophic ||
                                   out.disease == PhantomDisease::dilated});
  SequenceSettings settings =
      drawSettings(rng, out.sequence, tesla, 60000 / body.heart.heartRateBpm, tissues);
  if (out.sequence == PhantomSequence::t1Map || out.sequence == PhantomSequence::molli) {
    settings.afterContrast = request.afterContrast.value_or(drawChance(rng, 0.4));
  }
  out.afterContrast = settings.afterContrast;
  const PhantomLook look = drawLook(rng, body, out.sequence);
  out.image = renderImage(body, cut, view, tissues, settings, look, out.phase, rng());
  out.tissues = cut.labels;
  out.landmarks = landmarksIn(pose, out.view, view, out.rows, out.columns);
  out.heartHasScar = body.heart.hasScar();
  const auto scarPixels = std::count(cut.labels.begin(), cut.labels.end(),
                                     static_cast<std::uint8_t>(PhantomTissue::scar));
  out.scarInSlice = static_cast<double>(scarPixels) * out.spacingMm * out.spacingMm >= 20;
  out.ejectionFraction = 1 - body.heart.lvEsvMl / body.heart.lvEdvMl;
  return out;
}

std::vector<std::uint8_t> shortAxisLabels(const PhantomSample& sample) {
  return mapLabels(sample.tissues, shortAxisStructure);
}
std::vector<std::uint8_t> longAxisLabels(const PhantomSample& sample) {
  return mapLabels(sample.tissues, longAxisStructure);
}

}  // namespace cmr
