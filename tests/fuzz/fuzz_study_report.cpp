// A report of ours that came back from the archive, into the report on its study: whoever may store
// may have changed it on the way.
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include "dicom_sr/dataset_values.h"
#include "dicom_sr/dicom_log.h"
#include "dicom_sr/parse_instance.h"
#include "dicom_sr/study_report.h"
#include "dicom_sr/write_dataset.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

std::string imageOf(const std::string& StudyInstanceUID) {
  DcmDataset image;
  cmr::putText(image, DCM_SOPClassUID, UID_MRImageStorage);
  cmr::putText(image, DCM_SOPInstanceUID, "1.2.3.4");
  cmr::putText(image, DCM_SeriesInstanceUID, "1.2.3");
  cmr::putText(image, DCM_StudyInstanceUID, StudyInstanceUID);
  cmr::putText(image, DCM_Modality, "MR");
  return cmr::encodeFile(image);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool quiet = [] {
    cmr::silenceDicomLibrary();
    return true;
  }();
  static_cast<void>(quiet);
  const std::string bytes(cmr::fuzz::textOf(data, size));
  cmr::fuzz::answered([&] {
    const auto file = cmr::parseInstance(bytes);
    cmr::StudyReportContent content;
    content.StudyInstanceUID = cmr::textOf(*file->getDataset(), DCM_StudyInstanceUID);
    content.package = std::string("starter 1.0.0");
    content.packageSha256 = std::string(64, 'f');
    content.fingerprint = content.packageSha256;
    content.parts = {{cmr::textOf(*file->getDataset(), DCM_SOPInstanceUID), "Short-axis cine"}};
    cmr::writeStudyReport(content,
                          {{"report", bytes}, {"image", imageOf(content.StudyInstanceUID)}},
                          "20200102030405");
  });
  return 0;
}
