// The bytes of one instance as a dataset, without trusting them.
#pragma once

#include <memory>
#include <string>

class DcmFileFormat;

namespace cmr {

// Throws VerdictError ("not-dicom", "absurd-nesting", "truncated-file").
std::unique_ptr<DcmFileFormat> parseInstance(const std::string& bytes);

}  // namespace cmr
