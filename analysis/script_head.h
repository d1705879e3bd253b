// A classification head that somebody brings as TorchScript. LibTorch's JIT stays behind this
// header.
//
// `forward` is given one float32 tensor [batch, tokens, layers * width]: the tokens of the layers
// that the manifest names, in that order, side by side in the last dimension, each token of each
// layer of mean 0 and variance 1 as for the program's own heads, the class token first. It gives
// logits [batch, classes] in the order of the manifest's classes.
#pragma once

#include <torch/torch.h>

#include <memory>
#include <string>
#include <vector>

#include "analysis/model_package.h"
#include "analysis/vit.h"

namespace cmr {

class ScriptHead {
 public:
  // content: of the file. Throws PackageError naming the head when it is no TorchScript.
  ScriptHead(const HeadDescription& head, const std::string& content);
  ~ScriptHead();
  ScriptHead(const ScriptHead&) = delete;
  ScriptHead& operator=(const ScriptHead&) = delete;

  void to(const torch::Device& device);
  // float32 [batch, classes]. Throws InputError naming the head when the script fails or its answer
  // is no such tensor of finite numbers.
  torch::Tensor logits(const TokenLevels& tokens);

 private:
  struct Module;
  std::string task_;
  std::vector<int> layers_;
  std::int64_t classes_;
  std::unique_ptr<Module> module_;
};

// Reads the file once: what is loaded are the bytes whose SHA-256 was found among allowedScripts
// and to be the manifest's. Throws PackageError naming head, file, SHA-256 and the setting
// otherwise.
std::shared_ptr<ScriptHead> loadScriptHead(const ModelPackage& package, const HeadDescription& head,
                                           const std::vector<std::string>& allowedScripts);

}  // namespace cmr
