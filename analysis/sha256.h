// SHA-256 (FIPS 180-4), for the checksums of packages and the identity of sources.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace cmr {

class Sha256 {
 public:
  void update(std::string_view bytes);
  // Ends the message; the object is not used afterwards.
  std::array<std::uint8_t, 32> digest();
  std::string hex();

 private:
  void compress(const std::uint8_t* block);

  std::array<std::uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<std::uint8_t, 64> buffer_{};
  std::size_t buffered_ = 0;
  std::uint64_t length_ = 0;
};

std::string sha256Hex(std::string_view bytes);

}  // namespace cmr
