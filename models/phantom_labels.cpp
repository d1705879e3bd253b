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

// Mean place of the left ventricle's blood; nothing where the plane cuts less than 100 mm2 of it.
std::optional<HeartPlace> heartIn(const PhantomSample& sample) {
  constexpr double leastAreaMm2 = 100;
  HeartPlace sum;
  double count = 0;
  for (std::size_t i = 0; i < sample.tissues.size(); ++i) {
    const auto tissue = static_cast<PhantomTissue>(sample.tissues[i]);
    if (shortAxisStructure(tissue) != Structure::lvCavity) continue;
    count += 1;
    sum.column += static_cast<double>(i % static_cast<std::size_t>(sample.columns));
    sum.row += static_cast<double>(i / static_cast<std::size_t>(sample.columns));
  }
  if (count * sample.spacingMm * sample.spacingMm < leastAreaMm2) return std::nullopt;
  return HeartPlace{sum.column / count, sum.row / count};
}

bool seesCrops(const std::string& task) { return task == "lge_presence" || task == "disease"; }

PhantomRequest requestOfCrop(const std::string& task, std::size_t number) {
  PhantomRequest request;
  request.view = PhantomView::sax;
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

PhantomRequest requestOf(const std::string& task, std::size_t number) {
  if (seesCrops(task)) return requestOfCrop(task, number);

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

}  // namespace

std::vector<LabelledImage> drawLabelledImages(const std::string& task, int count,
                                              std::uint64_t seed) {
  if (taskById(task).answer != AnswerKind::classification) {
    throw InputError("nothing is drawn for the task " + task);
  }
  std::vector<LabelledImage> images;
  for (int i = 0; i < count; ++i) {
    const auto number = static_cast<std::size_t>(i);
    const PhantomRequest request = requestOf(task, number);
    PhantomSample sample = drawPhantom(mixSeed(seed, number, 71), request);
    for (std::uint64_t draw = 1; seesCrops(task) && !heartIn(sample); ++draw) {
      sample = drawPhantom(mixSeed(seed, number, 71 + draw), request);
    }
    const std::string name = "phantom-" + std::to_string(i);
    LabelledImage image;
    image.heart = heartIn(sample);
    image.image = {name, sample.rows, sample.columns, 1, std::move(sample.image), sample.spacingMm};
    image.subject = name;
    image.series = "drawn " + viewClass(sample.view) + " " + sequenceClass(sample.sequence);
    image.isPhantom = true;
    image.allowed = classOf(task, sample);
    images.push_back(std::move(image));
  }
  return images;
}

}  // namespace cmr
