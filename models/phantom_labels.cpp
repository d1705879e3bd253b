#include "models/phantom_labels.h"

#include <algorithm>
#include <cctype>
#include <optional>

#include "analysis/errors.h"
#include "analysis/tasks.h"
#include "models/augment.h"
#include "models/phantom_sample.h"

namespace cmr {
namespace {

// "T1 map" of the phantoms is "t1_map" of the tasks.
std::string taskName(std::string name) {
  for (char& c : name) {
    c = c == ' ' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return name;
}

std::string className(const std::string& task, const PhantomSample& sample) {
  if (task == "view") return taskName(viewClass(sample.view));
  if (task == "sequence") return taskName(sequenceClass(sample.sequence));
  if (task == "lge_presence") return sample.scarInSlice ? "present" : "absent";
  std::string name = diseaseName(sample.disease);  // "abnormal-rv" is "abnormal_rv"
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

ClassSet classOf(const std::string& task, const PhantomSample& sample) {
  const std::string name = className(task, sample);
  const std::vector<std::string>& classes = taskById(task).classes;
  const auto at = std::find(classes.begin(), classes.end(), name);
  if (at == classes.end()) throw InputError("no class of " + task + " is called '" + name + "'");
  return ClassSet{1} << static_cast<unsigned>(at - classes.begin());
}

// What the service's crops lie about: in a short axis the left ventricle's blood, in a long one all
// that is outlined.
bool drawsCrop(PhantomView view, PhantomTissue tissue) {
  return view == PhantomView::sax ? shortAxisStructure(tissue) == Structure::lvCavity
                                  : longAxisStructure(tissue) != LongAxisStructure::background;
}

// Its mean place; nothing where the plane cuts less than 100 mm2 of the left ventricle's blood.
std::optional<HeartPlace> heartIn(const PhantomSample& sample) {
  constexpr double leastAreaMm2 = 100;
  HeartPlace sum;
  double count = 0;
  double blood = 0;
  for (std::size_t i = 0; i < sample.tissues.size(); ++i) {
    const auto tissue = static_cast<PhantomTissue>(sample.tissues[i]);
    if (shortAxisStructure(tissue) == Structure::lvCavity) blood += 1;
    if (!drawsCrop(sample.view, tissue)) continue;
    count += 1;
    sum.column += static_cast<double>(i % static_cast<std::size_t>(sample.columns));
    sum.row += static_cast<double>(i / static_cast<std::size_t>(sample.columns));
  }
  if (blood * sample.spacingMm * sample.spacingMm < leastAreaMm2) return std::nullopt;
  return HeartPlace{sum.column / count, sum.row / count};
}

bool seesCrops(const std::string& task) { return task == "lge_presence" || task == "disease"; }

// Of one heart: the views that are looked at together.
std::vector<PhantomView> viewsOfAHeart(const std::string& task) {
  if (task != "disease") return {PhantomView::sax};
  return {PhantomView::sax, PhantomView::twoChamber, PhantomView::fourChamber};
}

// `number`: of the heart.
PhantomRequest requestOfCrop(const std::string& task, std::size_t number, PhantomView view) {
  PhantomRequest request;
  request.view = view;
  if (task == "disease") {
    request.sequence = PhantomSequence::cine;
    request.disease = allPhantomDiseases[number % allPhantomDiseases.size()];
    return request;
  }
  request.sequence = number % 2 == 0 ? PhantomSequence::lge : PhantomSequence::lgePsir;
  // Every other one of a kind that has scar: an infarct, or hypertrophy in half of which it lies.
  if (number / 2 % 2 == 0) {
    request.disease = number / 4 % 3 == 0 ? PhantomDisease::hypertrophic : PhantomDisease::infarct;
  }
  return request;
}

PhantomRequest requestOfField(std::size_t number) {
  constexpr std::size_t cineViews = 5;  // all but the localizer
  PhantomRequest request;
  const std::size_t turn = number / 2;
  if (number % 2 == 0) {
    request.sequence = PhantomSequence::cine;
    request.view = allPhantomViews[turn % cineViews];
  } else {
    request.sequence = allPhantomSequences[1 + turn % (allPhantomSequences.size() - 1)];
    if (request.sequence == PhantomSequence::scout) request.view = PhantomView::localizer;
  }
  return request;
}

// All views of a heart from one seed, which makes it the same heart at the same phase; of the first
// heart that each of them cuts.
std::vector<PhantomSample> drawHeart(const std::string& task, std::size_t number,
                                     std::uint64_t seed) {
  const std::vector<PhantomView> views = viewsOfAHeart(task);
  for (std::uint64_t draw = 0;; ++draw) {
    std::vector<PhantomSample> samples;
    for (const PhantomView view : views) {
      samples.push_back(
          drawPhantom(mixSeed(seed, number, 71 + draw), requestOfCrop(task, number, view)));
      if (!heartIn(samples.back())) break;
    }
    if (samples.size() == views.size() && heartIn(samples.back())) return samples;
  }
}

LabelledImage labelled(const std::string& task, PhantomSample sample, const std::string& name,
                       const std::string& subject) {
  LabelledImage image;
  image.heart = heartIn(sample);
  image.image = {name, sample.rows, sample.columns, 1, std::move(sample.image), sample.spacingMm};
  image.subject = subject;
  image.series = "drawn " + viewClass(sample.view) + " " + sequenceClass(sample.sequence);
  image.isPhantom = true;
  image.allowed = classOf(task, sample);
  image.view = taskName(viewClass(sample.view));
  return image;
}

}  // namespace

std::vector<LabelledImage> drawLabelledImages(const std::string& task, int count,
                                              std::uint64_t seed) {
  if (taskById(task).answer != AnswerKind::classification) {
    throw InputError("nothing is drawn for the task " + task);
  }
  const auto wanted = static_cast<std::size_t>(std::max(count, 0));
  std::vector<LabelledImage> images;
  for (std::size_t heart = 0; images.size() < wanted; ++heart) {
    std::vector<PhantomSample> samples;
    if (seesCrops(task)) {
      samples = drawHeart(task, heart, seed);
    } else {
      samples.push_back(drawPhantom(mixSeed(seed, heart, 71), requestOfField(heart)));
    }
    for (PhantomSample& sample : samples) {
      if (images.size() == wanted) break;
      const std::string name = "phantom-" + std::to_string(images.size());
      images.push_back(labelled(task, std::move(sample), name, "phantom-" + std::to_string(heart)));
    }
  }
  return images;
}

}  // namespace cmr
