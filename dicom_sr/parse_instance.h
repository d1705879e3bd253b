// The bytes of one file as a dataset, without trusting them.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

class DcmFileFormat;

namespace cmr {

// More than any deflated image holds: some hundred kilobytes can inflate to a thousand times that.
inline constexpr std::size_t mostInflatedBytes = std::size_t{512} << 20;

// A deflated dataset is inflated first, so that the guards in front of the parser see what it will
// see; it is then parsed as explicit VR little endian, which it is (PS3.5 A.5).
// Throws VerdictError ("not-dicom", "absurd-nesting", "truncated-file", "too-much").
std::unique_ptr<DcmFileFormat> parseInstance(const std::string& bytes,
                                             std::size_t mostInflated = mostInflatedBytes);

}  // namespace cmr
