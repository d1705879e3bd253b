#include <cstring>

#include "analysis/safetensors.h"
#include "tests/fuzz/fuzz_target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  cmr::fuzz::answered([&] {
    std::vector<std::byte> content(size);
    if (size > 0) std::memcpy(content.data(), data, size);
    const auto file = cmr::SafetensorsFile::parse(std::move(content), "fuzz");
    std::size_t bytes = 0;
    for (const auto& [name, tensor] : file.tensors()) bytes += tensor.bytes.size();
    if (bytes > size) __builtin_trap();  // more than there is
  });
  return 0;
}
