#include "dicom_sr/parse_instance.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcistrmb.h>
#include <dcmtk/dcmdata/dctk.h>

#include "dicom_sr/read_nesting.h"
#include "dicom_sr/verdict_error.h"

namespace cmr {
namespace {

constexpr std::size_t preambleLength = 128;

}  // namespace

std::unique_ptr<DcmFileFormat> parseInstance(const std::string& bytes) {
  if (bytes.size() < preambleLength + 4 || bytes.compare(preambleLength, 4, "DICM") != 0) {
    throw VerdictError("not-dicom", "this is not a DICOM file");
  }
  if (nestsTooDeeply(bytes)) {
    throw VerdictError("absurd-nesting", "the file nests sequences deeper than any image does");
  }
  DcmInputBufferStream stream;
  stream.setBuffer(bytes.data(), static_cast<offile_off_t>(bytes.size()));
  stream.setEos();
  auto file = std::make_unique<DcmFileFormat>();
  file->transferInit();
  const OFCondition read = file->read(stream);
  file->transferEnd();
  if (read.bad()) {
    throw VerdictError("truncated-file",
                       std::string("the file is cut off or damaged (") + read.text() + ")");
  }
  return file;
}

}  // namespace cmr
