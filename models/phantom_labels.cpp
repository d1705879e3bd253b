#include "models/phantom_labels.h"

#include <algorithm>
#include <cctype>

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

ClassSet classOf(const std::string& task, const PhantomSample& sample) {
  const std::string name =
      taskName(task == "view" ? viewClass(sample.view) : sequenceClass(sample.sequence));
  const std::vector<std::string>& classes = taskById(task).classes;
  const auto at = std::find(classes.begin(), classes.end(), name);
  if (at == classes.end()) throw InputError("no class of " + task + " is called '" + name + "'");
  return ClassSet{1} << static_cast<unsigned>(at - classes.begin());
}

PhantomRequest requestOf(std::size_t number) {
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
  if (task != "view" && task != "sequence") {
    throw InputError("nothing is drawn for the task " + task);
  }
  std::vector<LabelledImage> images;
  for (int i = 0; i < count; ++i) {
    const auto number = static_cast<std::size_t>(i);
    PhantomSample sample = drawPhantom(mixSeed(seed, number, 71), requestOf(number));
    const std::string name = "phantom-" + std::to_string(i);
    LabelledImage image;
    image.image = {name, sample.rows, sample.columns, 1, std::move(sample.image)};
    image.subject = name;
    image.series = "drawn " + viewClass(sample.view) + " " + sequenceClass(sample.sequence);
    image.isPhantom = true;
    image.allowed = classOf(task, sample);
    images.push_back(std::move(image));
  }
  return images;
}

}  // namespace cmr
