// Any data set: is it one that we wrote?
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include "dicom_sr/dicom_log.h"
#include "dicom_sr/own_output.h"
#include "dicom_sr/parse_instance.h"
#include "tests/fuzz/fuzz_target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool quiet = [] {
    cmr::silenceDicomLibrary();
    return true;
  }();
  static_cast<void>(quiet);
  cmr::fuzz::answered([&] {
    const auto file = cmr::parseInstance(std::string(cmr::fuzz::textOf(data, size)));
    cmr::isOwnOutput(*file->getDataset());
  });
  return 0;
}
