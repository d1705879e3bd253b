#include "models/evaluate_decoder.h"

#include "analysis/compute_choice.h"
#include "analysis/errors.h"
#include "analysis/package_weights.h"
#include "models/decoder_training.h"

namespace cmr {

DecoderEvaluation evaluateDecoder(const std::string& packageFolder, const std::string& task,
                                  int phantoms, std::uint64_t seed,
                                  const InferenceSettings& settings) {
  setThreads(settings.threads);
  const ModelPackage package = openPackage(packageFolder);
  Network network = readWeights(package);
  const torch::Device device = chooseDevice(settings.device);
  const ComputePrecision chosen = choosePrecision(settings.precision, device);
  network->to(device);
  for (TaskDecoder& decoder : readTaskDecoders(package, network)) {
    if (decoder.description.task != task) continue;
    decoder.head->to(device);
    return {package.identity.name + " " + package.identity.version, decoder.description,
            scoreDecoder(decoder, network, unseenFrames(task, phantoms, seed), package.input.size,
                         package.input.spacingMm, chosen)};
  }
  throw PackageError("the package has no head for the task " + task);
}

}  // namespace cmr
