#include "models/checkpoint_file.h"

#include <filesystem>
#include <vector>

#include "analysis/errors.h"

namespace cmr {
namespace {

template <typename Part>
void putPart(torch::serialize::OutputArchive& archive, const std::string& name, const Part& part) {
  torch::serialize::OutputArchive own;
  part.save(own);
  archive.write(name, own);
}

template <typename Part>
void getPart(torch::serialize::InputArchive& archive, const std::string& name, Part& part) {
  torch::serialize::InputArchive own;
  try {
    archive.read(name, own);
    part.load(own);
  } catch (const std::exception&) {
    throw InputError("the checkpoint holds another network");
  }
}

// A parameter by its full name, such as "backbone.blocks.0.norm1.weight": modules nest.
bool readNested(torch::serialize::InputArchive& archive, const std::string& name,
                torch::Tensor& value) {
  const std::size_t dot = name.find('.');
  if (dot == std::string::npos) return archive.try_read(name, value);
  torch::serialize::InputArchive module;
  return archive.try_read(name.substr(0, dot), module) &&
         readNested(module, name.substr(dot + 1), value);
}

}  // namespace

void CheckpointWriter::put(const std::string& name, const torch::nn::Module& module) {
  putPart(archive_, name, module);
}

void CheckpointWriter::put(const std::string& name, const torch::optim::Optimizer& optimizer) {
  putPart(archive_, name, optimizer);
}

void CheckpointWriter::put(const std::string& name, const torch::Tensor& tensor) {
  archive_.write(name, tensor);
}

void CheckpointWriter::write(const std::string& path) {
  const std::string temporary = path + ".writing";
  try {
    archive_.save_to(temporary);
    std::filesystem::rename(temporary, path);
  } catch (const std::exception& e) {
    throw ResourceError("cannot write the checkpoint " + path + ": " + e.what());
  }
}

CheckpointReader::CheckpointReader(const std::string& path) {
  try {
    archive_.load_from(path, torch::kCPU);
  } catch (const std::exception&) {
    throw InputError(path + " is not a checkpoint");
  }
}

void CheckpointReader::get(const std::string& name, torch::nn::Module& module) {
  std::vector<std::vector<std::int64_t>> shapes;
  for (const torch::Tensor& p : module.parameters()) {
    shapes.push_back(p.sizes().vec());
  }
  const auto device =
      shapes.empty() ? torch::Device(torch::kCPU) : module.parameters().front().device();
  getPart(archive_, name, module);
  module.to(device);
  // LibTorch takes a parameter of any shape under the same name.
  const auto loaded = module.parameters();
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    if (loaded[i].sizes().vec() != shapes[i]) {
      throw InputError("the checkpoint holds a network of another size");
    }
  }
}

void CheckpointReader::get(const std::string& name, torch::optim::Optimizer& optimizer) {
  getPart(archive_, name, optimizer);
}

torch::Tensor CheckpointReader::tensor(const std::string& name) {
  torch::Tensor tensor;
  if (!archive_.try_read(name, tensor)) {
    throw InputError("the checkpoint holds no " + name);
  }
  return tensor;
}

TakenParameters CheckpointReader::takeMatching(const std::string& name, torch::nn::Module& module) {
  torch::serialize::InputArchive stored;
  if (!archive_.try_read(name, stored)) {
    throw InputError("the checkpoint holds no " + name);
  }
  const torch::NoGradGuard guard;
  TakenParameters result;
  for (auto& item : module.named_parameters()) {
    ++result.total;
    torch::Tensor value;
    if (readNested(stored, item.key(), value) && value.sizes() == item.value().sizes()) {
      item.value().copy_(value);
      ++result.taken;
    }
  }
  requireMostTaken(result, "the checkpoint");
  return result;
}

void requireMostTaken(const TakenParameters& result, const std::string& source) {
  if (2 * result.taken < result.total) {
    throw InputError("only " + std::to_string(result.taken) + " of the network's " +
                     std::to_string(result.total) + " parameters are in " + source +
                     ": it is another network's");
  }
}

}  // namespace cmr
