// The series that ships with the project, read once for all benchmarks.
#pragma once

#include <vector>

#include "dicom_sr/source.h"

namespace cmr::bench {

// The encoded instances as they come from the archive.
const std::vector<InstanceBytes>& demoInstances();

// The same, read. Throws std::runtime_error when the series is not there or gives no stack.
const SeriesStack& demoStack();

}  // namespace cmr::bench
