// Any data set: is it one that we wrote?
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcistrmb.h>
#include <dcmtk/dcmdata/dctk.h>

#include "dicom_sr/dicom_log.h"
#include "dicom_sr/own_output.h"
#include "tests/fuzz/fuzz_target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool quiet = [] {
    cmr::silenceDicomLibrary();
    return true;
  }();
  static_cast<void>(quiet);
  DcmInputBufferStream stream;
  stream.setBuffer(data, static_cast<offile_off_t>(size));
  stream.setEos();
  DcmFileFormat file;
  file.transferInit();
  file.read(stream);
  file.transferEnd();
  cmr::isOwnOutput(*file.getDataset());
  return 0;
}
