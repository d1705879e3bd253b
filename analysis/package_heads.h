// The heads of a package that are loaded beside its network and read the tokens of a pass that is
// made anyway.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "analysis/head_description.h"
#include "analysis/model_package.h"
#include "analysis/network.h"
#include "analysis/pooled_head.h"
#include "analysis/script_head.h"

namespace cmr {

struct ClassificationHead {
  HeadDescription description;
  PooledHead head{nullptr};                 // empty: it is a script
  std::shared_ptr<ScriptHead> script = {};  // null: it is one of the program's own
};

PooledHeadGeometry pooledGeometry(const HeadDescription& head, int tokenWidth);

// All pooled heads, by task, in eval mode, without those whose script is not among allowedScripts
// (headsNotAllowed names them). Throws PackageError when a tensor of a head is missing,
// superfluous, of another shape or holds what is no finite number, and when an allowed script
// cannot be loaded.
std::vector<ClassificationHead> readClassificationHeads(
    const ModelPackage& package, const std::vector<std::string>& allowedScripts = {});

void moveTo(ClassificationHead& head, const torch::Device& device);

// The layers that some of them read, each once, in order.
std::vector<int> layersOf(const std::vector<ClassificationHead>& heads);

// Probabilities after the temperature, float32 [batch, classes]. A script that fails, or whose
// answer is of another shape or no number, throws InputError; the program's own heads do not.
torch::Tensor probabilitiesOf(ClassificationHead& head, const TokenLevels& tokens);

// Logits of the synthetic image of package_weights.h.
std::vector<double> knownAnswerOf(ClassificationHead& head, Network& network, int size,
                                  ComputePrecision precision);
// Throws PackageError when a stored answer differs by more than its tolerance. A script is run
// whether or not an answer of it is stored.
void checkKnownAnswers(std::vector<ClassificationHead>& heads, Network& network, int size,
                       ComputePrecision precision);

}  // namespace cmr
