#include "analysis/script_head.h"

#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/csrc/jit/runtime/jit_exception.h>
#include <torch/script.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <new>
#include <sstream>
#include <utility>

#include "analysis/errors.h"
#include "analysis/pooled_head.h"
#include "analysis/script_permission.h"
#include "analysis/sha256.h"

namespace cmr {
namespace {

constexpr std::size_t longestCause = 200;

// Of the interpreter's page of text the line that says what happened.
std::string causeIn(const std::string& text) {
  std::istringstream lines(text);
  std::string first;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    if (first.empty()) first = line;
    const bool isQuotedCode = line.front() == ' ';
    const std::size_t at = line.find("Error: ");
    if (!isQuotedCode && at != std::string::npos) return line.substr(at + 7, longestCause);
  }
  return first.substr(0, longestCause);
}

std::string causeOf(const std::exception& error) {
  if (const auto* raised = dynamic_cast<const torch::jit::JITException*>(&error)) {
    return causeIn(raised->getOriginalMsg().value_or(raised->what()));
  }
  if (const auto* own = dynamic_cast<const c10::Error*>(&error)) {
    return causeIn(own->what_without_backtrace());
  }
  return causeIn(error.what());
}

// Whatever the JIT throws becomes Thrown; a machine that gave out stays what it is.
template <typename Thrown, typename Work>
auto guarded(const std::string& what, const Work& work) {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const c10::OutOfMemoryError&) {
    throw;
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    throw Thrown(what + ": " + causeOf(error));
  }
}

std::string shapeOf(const torch::Tensor& tensor) {
  std::ostringstream text;
  text << tensor.sizes();
  return text.str();
}

std::string contentOf(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string content{std::istreambuf_iterator<char>(in), {}};
  if (!in) throw PackageError("cannot read " + path.string());
  return content;
}

}  // namespace

struct ScriptHead::Module {
  torch::jit::Module script;
};

ScriptHead::ScriptHead(const HeadDescription& head, const std::string& content)
    : task_(head.task),
      layers_(head.layers),
      classes_(static_cast<std::int64_t>(head.classes.size())),
      module_(std::make_unique<Module>()) {
  guarded<PackageError>("the TorchScript of the head " + task_ + " cannot be loaded", [&] {
    std::istringstream in(content);
    module_->script = torch::jit::load(in, torch::Device(torch::kCPU));
    module_->script.eval();
    module_->script.get_method("forward");
  });
}

ScriptHead::~ScriptHead() = default;

void ScriptHead::to(const torch::Device& device) {
  guarded<PackageError>("the TorchScript of the head " + task_ + " cannot be moved to the device",
                        [&] { module_->script.to(device); });
}

torch::Tensor ScriptHead::logits(const TokenLevels& tokens) {
  const torch::InferenceMode inference;
  // Else the first runs compute otherwise than later ones, and code is generated for a GPU.
  const torch::jit::GraphOptimizerEnabledGuard asWritten(false);
  std::vector<torch::Tensor> levels;
  for (const int layer : layers_) levels.push_back(standardisedLayer(tokens, layer));
  const torch::Tensor given = torch::cat(levels, 2);
  const std::string what = "the TorchScript of the head " + task_;
  return guarded<InputError>(what + " failed", [&] {
    const std::int64_t batch = given.size(0);
    const torch::jit::IValue answer = module_->script.forward({given});
    if (!answer.isTensor()) throw InputError(what + " gave no tensor");
    const torch::Tensor logits = answer.toTensor();
    if (!logits.defined() || !logits.is_floating_point() || logits.dim() != 2 ||
        logits.size(0) != batch || logits.size(1) != classes_) {
      throw InputError(what + " gave " + (logits.defined() ? shapeOf(logits) : "nothing") +
                       " in place of floating-point logits [" + std::to_string(batch) + ", " +
                       std::to_string(classes_) + "]");
    }
    if (!torch::isfinite(logits).all().item<bool>()) {
      throw InputError(what + " gave logits that are no numbers");
    }
    return logits.to(given.device(), torch::kFloat32);
  });
}

std::shared_ptr<ScriptHead> loadScriptHead(const ModelPackage& package, const HeadDescription& head,
                                           const std::vector<std::string>& allowedScripts) {
  const PackageFile& file = scriptFile(package.files, head);
  const std::string content = contentOf(std::filesystem::path(package.folder) / file.path);
  const std::string found = sha256Hex(content);
  if (found != file.sha256) {
    throw PackageError(file.path + " has checksum " + found + ", the manifest says " + file.sha256);
  }
  if (!isAllowed(found, allowedScripts)) {
    throw PackageError("the head " + head.task + " is not loaded: its file " + file.path +
                       " is TorchScript, and its SHA-256 " + found +
                       " is not among AllowedScripts or --allow-script");
  }
  return std::make_shared<ScriptHead>(head, content);
}

}  // namespace cmr
