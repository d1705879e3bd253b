// The safetensors container: a JSON header and raw little-endian tensors, nothing that executes.
// Format: https://huggingface.co/docs/safetensors (8-byte header length, header, data).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace cmr {

enum class DType { float32, bfloat16, float16, uint8, int64 };

std::size_t bytesPerElement(DType type);

struct TensorEntry {
  std::string name;
  DType dtype = DType::float32;
  std::vector<std::int64_t> shape;
  std::span<const std::byte> bytes;  // of the file it was read from, or of the caller
};

class SafetensorsFile {
 public:
  // Reads and checks the whole file: header within bounds, known types, shapes that match their
  // bytes, no overlap, no gap, nothing past the end. Throws PackageError naming file and fault.
  static SafetensorsFile open(const std::string& path);
  // The same over bytes in memory; `name` for messages.
  static SafetensorsFile parse(std::vector<std::byte> content, const std::string& name);

  const std::map<std::string, TensorEntry>& tensors() const { return tensors_; }
  const std::map<std::string, std::string>& metadata() const { return metadata_; }

 private:
  std::vector<std::byte> content_;  // moves with the object, and its heap block with it
  std::map<std::string, TensorEntry> tensors_;
  std::map<std::string, std::string> metadata_;
};

// Writes whole or not at all (temporary file, fsync, rename). Throws ResourceError.
void writeSafetensors(const std::string& path, const std::vector<TensorEntry>& entries,
                      const std::map<std::string, std::string>& metadata);

}  // namespace cmr
