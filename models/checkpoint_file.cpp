#include "models/checkpoint_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

#include "analysis/errors.h"

namespace cmr {
namespace {

constexpr const char* runName = "run";

// A file that is on the disk once end() returns. LibTorch's own stream tells nothing of what fails
// when it is closed, so that half a checkpoint would take the place of a whole one, and its writer
// ends the program when it is told of a failure; so a failure is kept, and thrown at the end.
class WholeFile {
 public:
  explicit WholeFile(const std::string& path)
      : descriptor_(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) {
    if (descriptor_ < 0) throw ResourceError(std::strerror(errno));
  }
  ~WholeFile() { ::close(descriptor_); }
  WholeFile(const WholeFile&) = delete;
  WholeFile& operator=(const WholeFile&) = delete;

  std::size_t take(const void* bytes, std::size_t count) {
    const char* at = static_cast<const char*>(bytes);
    for (std::size_t left = count; left > 0 && error_ == 0;) {
      const ssize_t written = ::write(descriptor_, at, left);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) {
        error_ = errno;
        break;
      }
      at += written;
      left -= static_cast<std::size_t>(written);
    }
    return count;
  }

  void end() {
    if (error_ == 0 && ::fsync(descriptor_) != 0) error_ = errno;
    if (error_ != 0) throw ResourceError(std::strerror(error_));
  }

 private:
  int descriptor_;
  int error_ = 0;
};

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
    {
      WholeFile file(temporary);
      archive_.save_to(
          [&file](const void* bytes, std::size_t count) { return file.take(bytes, count); });
      file.end();
    }
    std::filesystem::rename(temporary, path);
  } catch (const std::exception& e) {
    std::error_code ignored;
    std::filesystem::remove(temporary, ignored);  // on a full disk it is in the way of the next
    throw ResourceError("cannot write the checkpoint " + path + ": " + e.what());
  }
}

void CheckpointWriter::putRun(const std::vector<std::int64_t>& run) {
  put(runName, torch::tensor(run, torch::kInt64));
}

void CheckpointReader::requireRun(const std::vector<std::int64_t>& run) {
  torch::Tensor stored;
  if (!archive_.try_read(runName, stored)) return;
  if (!torch::equal(stored, torch::tensor(run, torch::kInt64))) {
    throw InputError(path_ + " is of a run with another seed or batch");
  }
}

CheckpointReader::CheckpointReader(const std::string& path) : path_(path) {
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
