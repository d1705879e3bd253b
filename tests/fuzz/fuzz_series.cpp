// One DICOM file into the series reader, which never throws on bad data.
#include "dicom_sr/dicom_log.h"
#include "dicom_sr/read_series.h"
#include "tests/fuzz/fuzz_target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool quiet = [] {
    cmr::silenceDicomLibrary();
    return true;
  }();
  static_cast<void>(quiet);
  cmr::ReadLimits limits;
  limits.maxPixelBytes = std::size_t{64} << 20;
  cmr::readInstances({{"fuzz", std::string(cmr::fuzz::textOf(data, size))}}, limits);
  return 0;
}
