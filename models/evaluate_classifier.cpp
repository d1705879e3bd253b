#include "models/evaluate_classifier.h"

#include <algorithm>

#include "analysis/compute_choice.h"
#include "analysis/errors.h"
#include "analysis/network_segmenter.h"
#include "analysis/package_heads.h"
#include "analysis/package_weights.h"
#include "analysis/script_permission.h"
#include "models/heart_places.h"
#include "models/view_tokens.h"

namespace cmr {
namespace {

ClassificationHead headOf(const ModelPackage& package, const std::string& task,
                          const std::vector<std::string>& allowedScripts) {
  for (ClassificationHead& head : readClassificationHeads(package, allowedScripts)) {
    if (head.description.task == task) return head;
  }
  for (const SilentHead& head : headsNotAllowed(package.manifest, allowedScripts)) {
    if (head.task == task) throw PackageError("the head " + task + " is not run: " + head.reason);
  }
  throw PackageError("the package " + package.identity.name + " " + package.identity.version +
                     " has no head for " + task);
}

// From the head's order of classes to the task's, in which the labels are.
std::vector<double> inTaskOrder(const torch::Tensor& probabilities, const HeadDescription& head,
                                const Task& task) {
  std::vector<double> ordered(task.classes.size());
  for (std::size_t k = 0; k < head.classes.size(); ++k) {
    const auto at = std::find(task.classes.begin(), task.classes.end(), head.classes[k].name);
    ordered[static_cast<std::size_t>(at - task.classes.begin())] =
        probabilities[static_cast<std::int64_t>(k)].item<double>();
  }
  return ordered;
}

}  // namespace

ClassifierEvaluation evaluateClassifier(const std::string& packageFolder, const std::string& task,
                                        const std::vector<LabelledImage>& given,
                                        const InferenceSettings& settings) {
  const torch::InferenceMode guard;
  setThreads(settings.threads);
  const ModelPackage package = openPackage(packageFolder);
  ClassificationHead head = headOf(package, task, settings.allowedScripts);
  Network network = readWeights(package);
  const torch::Device device = chooseDevice(settings.device);
  const ComputePrecision computed = choosePrecision(settings.precision, device);
  network->to(device);
  moveTo(head, device);
  holdWeightsIn(*network, computed);
  std::vector<LabelledImage> images = given;
  if (head.description.look == HeadLook::crop) {
    images = withHearts(std::move(images), *loadNetworkSegmenter(packageFolder, settings));
  }
  ClassifierEvaluation evaluation{
      package.identity.name + " " + package.identity.version, taskById(task).classes, {}};
  const int size = package.input.size;
  const ViewOptions plain{head.description.look, package.input.spacingMm, 0};
  for (const LabelledImage& image : images) {
    std::vector<float> view = viewsOf(image, size, plain).front();
    const torch::Tensor picture = torch::from_blob(view.data(), {1, 1, size, size});
    const FirstLookPass pass = network->look(picture, head.description.layers, computed);
    evaluation.images.push_back({image.image.name, image.series, image.subject, image.isPhantom,
                                 image.allowed,
                                 inTaskOrder(probabilitiesOf(head, pass.tokens)[0].cpu(),
                                             head.description, taskById(task))});
  }
  return evaluation;
}

}  // namespace cmr
