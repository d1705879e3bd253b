#include "cli/library_versions.h"

#include <torch/version.h>

#if CMR_READS_DICOM
#include <dcmtk/config/osconfig.h>
#endif

namespace cmr {

std::string describeLibraries() {
#if CMR_READS_DICOM
  return "LibTorch " TORCH_VERSION ", DCMTK " PACKAGE_VERSION;
#else
  return "LibTorch " TORCH_VERSION;
#endif
}

}  // namespace cmr
