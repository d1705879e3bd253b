#include "analysis/safetensors.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <utility>

#include "analysis/errors.h"

namespace cmr {
namespace {

using nlohmann::json;

constexpr std::uint64_t largestHeader = std::uint64_t{100} << 20;
constexpr std::size_t lengthBytes = 8;

constexpr std::array<std::pair<DType, const char*>, 5> typeNames{{{DType::float32, "F32"},
                                                                  {DType::bfloat16, "BF16"},
                                                                  {DType::float16, "F16"},
                                                                  {DType::uint8, "U8"},
                                                                  {DType::int64, "I64"}}};

DType typeOf(const std::string& name) {
  for (const auto& [type, text] : typeNames) {
    if (name == text) {
      return type;
    }
  }
  throw PackageError("unknown tensor type " + name);
}

const char* nameOf(DType type) {
  return std::find_if(typeNames.begin(), typeNames.end(),
                      [&](const auto& t) { return t.first == type; })
      ->second;
}

std::uint64_t byteCount(const std::vector<std::int64_t>& shape, DType type) {
  std::uint64_t count = bytesPerElement(type);
  for (const std::int64_t side : shape) {
    if (side < 0 || __builtin_mul_overflow(count, static_cast<std::uint64_t>(side), &count)) {
      throw PackageError("a tensor's shape overflows");
    }
  }
  return count;
}

std::uint64_t readLength(const std::vector<std::byte>& content) {
  std::uint64_t length = 0;
  for (std::size_t i = lengthBytes; i-- > 0;) {
    length = (length << 8) | std::to_integer<std::uint64_t>(content[i]);
  }
  return length;
}

// JSON's conversions would take 2.5 for 2 and drop what follows the second offset.
std::vector<std::int64_t> integersOf(const json& list) {
  if (!list.is_array() || std::any_of(list.begin(), list.end(),
                                      [](const json& item) { return !item.is_number_integer(); })) {
    throw PackageError("shapes and offsets are lists of whole numbers");
  }
  return list.get<std::vector<std::int64_t>>();
}

std::pair<std::size_t, std::size_t> offsetsOf(const json& item, const std::string& name,
                                              std::size_t available) {
  const std::vector<std::int64_t> offsets = integersOf(item.at("data_offsets"));
  if (offsets.size() != 2 || offsets[0] < 0 || offsets[1] < offsets[0] ||
      static_cast<std::uint64_t>(offsets[1]) > available) {
    throw PackageError("tensor " + name + " lies outside the file");
  }
  return {static_cast<std::size_t>(offsets[0]), static_cast<std::size_t>(offsets[1])};
}

TensorEntry readEntry(const std::string& name, const json& item, std::span<const std::byte> data) {
  TensorEntry entry;
  entry.name = name;
  entry.dtype = typeOf(item.at("dtype").get<std::string>());
  entry.shape = integersOf(item.at("shape"));
  const auto [begin, end] = offsetsOf(item, name, data.size());
  if (end - begin != byteCount(entry.shape, entry.dtype)) {
    throw PackageError("tensor " + name + " has another size than its shape says");
  }
  entry.bytes = data.subspan(begin, end - begin);
  return entry;
}

// Tensors must tile the data exactly: no overlap, no hole in which something could hide.
void checkTiling(const std::map<std::string, TensorEntry>& tensors,
                 std::span<const std::byte> data) {
  std::vector<std::pair<const std::byte*, std::size_t>> parts;
  for (const auto& [name, entry] : tensors) {
    if (!entry.bytes.empty()) {
      parts.emplace_back(entry.bytes.data(), entry.bytes.size());
    }
  }
  std::sort(parts.begin(), parts.end());
  const std::byte* at = data.data();
  for (const auto& [start, size] : parts) {
    if (start != at) {
      throw PackageError("tensors overlap or leave a gap");
    }
    at += size;
  }
  if (at != data.data() + data.size()) {
    throw PackageError("there are bytes after the last tensor");
  }
}

void writeAll(int file, const void* bytes, std::size_t count, const std::string& path) {
  const char* at = static_cast<const char*>(bytes);
  while (count > 0) {
    const ssize_t written = ::write(file, at, count);
    if (written < 0) {
      throw ResourceError("cannot write " + path + ": " + std::strerror(errno));
    }
    at += written;
    count -= static_cast<std::size_t>(written);
  }
}

class FileHandle {
 public:
  explicit FileHandle(const std::string& path)
      : descriptor_(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) {
    if (descriptor_ < 0) {
      throw ResourceError("cannot write " + path + ": " + std::strerror(errno));
    }
  }
  ~FileHandle() { ::close(descriptor_); }
  FileHandle(const FileHandle&) = delete;
  FileHandle& operator=(const FileHandle&) = delete;
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

std::string headerOf(const std::vector<TensorEntry>& entries,
                     const std::map<std::string, std::string>& metadata) {
  json header = json::object();
  if (!metadata.empty()) {
    header["__metadata__"] = metadata;
  }
  std::uint64_t offset = 0;
  for (const TensorEntry& entry : entries) {
    if (entry.bytes.size() != byteCount(entry.shape, entry.dtype)) {
      throw PackageError("tensor " + entry.name + " has another size than its shape says");
    }
    header[entry.name] = {{"dtype", nameOf(entry.dtype)},
                          {"shape", entry.shape},
                          {"data_offsets", {offset, offset + entry.bytes.size()}}};
    offset += entry.bytes.size();
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');  // the data start aligned
  return text;
}

}  // namespace

std::size_t bytesPerElement(DType type) {
  switch (type) {
    case DType::float32:
      return 4;
    case DType::bfloat16:
    case DType::float16:
      return 2;
    case DType::uint8:
      return 1;
    case DType::int64:
      return 8;
  }
  throw PackageError("unknown tensor type");
}

SafetensorsFile SafetensorsFile::parse(std::vector<std::byte> content, const std::string& name) {
  try {
    if (content.size() < lengthBytes) {
      throw PackageError("the file is too short to be safetensors");
    }
    const std::uint64_t length = readLength(content);
    if (length > largestHeader || length > content.size() - lengthBytes) {
      throw PackageError("the header is longer than the file");
    }
    SafetensorsFile file;
    file.content_ = std::move(content);
    const char* text = reinterpret_cast<const char*>(file.content_.data()) + lengthBytes;
    const json header = json::parse(text, text + length);
    if (!header.is_object()) {
      throw PackageError("the header is no list of tensors");
    }
    const auto data = std::span<const std::byte>(file.content_).subspan(lengthBytes + length);
    for (const auto& [key, item] : header.items()) {
      if (key == "__metadata__") {
        file.metadata_ = item.get<std::map<std::string, std::string>>();
      } else {
        file.tensors_.emplace(key, readEntry(key, item, data));
      }
    }
    checkTiling(file.tensors_, data);
    return file;
  } catch (const json::exception& e) {
    throw PackageError(name + ": the header is no safetensors header: " + e.what());
  } catch (const PackageError& e) {
    throw PackageError(name + ": " + e.what());
  }
}

SafetensorsFile SafetensorsFile::open(const std::string& path) {
  std::error_code error;
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  if (!std::filesystem::is_regular_file(path, error) || !in) {
    throw PackageError("cannot read " + path);
  }
  std::vector<std::byte> content(static_cast<std::size_t>(in.tellg()));
  in.seekg(0);
  in.read(reinterpret_cast<char*>(content.data()), static_cast<std::streamsize>(content.size()));
  if (!in) {
    throw PackageError("cannot read all of " + path);
  }
  return parse(std::move(content), path);
}

void writeSafetensors(const std::string& path, const std::vector<TensorEntry>& entries,
                      const std::map<std::string, std::string>& metadata) {
  const std::string header = headerOf(entries, metadata);
  const std::string temporary = path + ".writing";
  {
    const FileHandle file(temporary);
    std::array<unsigned char, lengthBytes> length{};
    for (std::size_t i = 0; i < lengthBytes; ++i) {
      length[i] = static_cast<unsigned char>(header.size() >> (8 * i));
    }
    writeAll(file.get(), length.data(), length.size(), path);
    writeAll(file.get(), header.data(), header.size(), path);
    for (const TensorEntry& entry : entries) {
      writeAll(file.get(), entry.bytes.data(), entry.bytes.size(), path);
    }
    if (::fsync(file.get()) != 0) {
      throw ResourceError("cannot write " + path + ": " + std::strerror(errno));
    }
  }
  std::filesystem::rename(temporary, path);
}

}  // namespace cmr
