#include "dicom_sr/identity.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>

#include "analysis/program.h"
#include "analysis/sha256.h"

namespace cmr {
namespace {

// The 128 bits in decimal, most significant byte first: long division by ten.
std::string decimalOf(std::array<std::uint8_t, 16> number) {
  std::string digits;
  bool isZero = false;
  while (!isZero) {
    unsigned remainder = 0;
    isZero = true;
    for (std::uint8_t& byte : number) {
      const unsigned value = remainder * 256 + byte;
      byte = static_cast<std::uint8_t>(value / 10);
      remainder = value % 10;
      if (byte != 0) isZero = false;
    }
    digits.insert(digits.begin(), static_cast<char>('0' + remainder));
  }
  return digits;
}

}  // namespace

std::string uidFromParts(const std::vector<std::string>& parts) {
  Sha256 hash;
  // Lengths keep ("ab", "c") and ("a", "bc") apart.
  for (const std::string& part : parts) hash.update(std::to_string(part.size()) + ":" + part);
  const std::array<std::uint8_t, 32> digest = hash.digest();
  std::array<std::uint8_t, 16> uuid{};
  std::copy_n(digest.begin(), uuid.size(), uuid.begin());
  uuid[6] = static_cast<std::uint8_t>((uuid[6] & 0x0F) | 0x50);  // version 5
  uuid[8] = static_cast<std::uint8_t>((uuid[8] & 0x3F) | 0x80);  // variant of RFC 4122
  return "2.25." + decimalOf(uuid);
}

std::vector<std::string> identityParts(const SeriesStack& source, const OutputContext& context) {
  std::vector<std::string> parts = {programName,
                                    programVersion,
                                    outputFormatVersion,
                                    context.packageSha256,
                                    context.settingsFingerprint,
                                    context.deviceAndPrecision,
                                    source.StudyInstanceUID};
  std::set<std::string> images;  // sorted, and one entry for all frames of an instance
  for (const SourceFrame& frame : source.sources) {
    images.insert(frame.SOPInstanceUID + " " + frame.contentSha256);
  }
  parts.insert(parts.end(), images.begin(), images.end());
  return parts;
}

std::string outputUid(const SeriesStack& source, const OutputContext& context,
                      const std::string& kind) {
  std::vector<std::string> parts = identityParts(source, context);
  parts.push_back(kind);
  return uidFromParts(parts);
}

}  // namespace cmr
