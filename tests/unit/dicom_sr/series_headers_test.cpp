#include "dicom_sr/series_headers.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <gtest/gtest.h>

#include "dicom_sr/dicom_log.h"
#include "tests/support/test_folder.h"

namespace cmr {
namespace {

// As the service sees them in Orthanc's simplified-tags (compared with Orthanc 1.10.1).
TEST(SeriesHeaders, ValuesAreThoseThatTheArchiveShowsToo) {
  silenceDicomLibrary();
  DcmFileFormat format;
  DcmDataset& data = *format.getDataset();
  const std::string longest(256, 'x');
  for (const auto& [tag, value] :
       std::vector<std::pair<DcmTagKey, std::string>>{{DCM_SpecificCharacterSet, "ISO_IR 100"},
                                                      {DCM_SOPClassUID, UID_MRImageStorage},
                                                      {DCM_SOPInstanceUID, "1.2.3.1"},
                                                      {DCM_SeriesInstanceUID, "1.2.3"},
                                                      {DCM_SeriesDescription, "fr\xfch"},
                                                      {DCM_RETIRED_OtherPatientIDs, "77"},
                                                      {DCM_PatientComments, longest},
                                                      {DCM_ImageComments, longest + "x"}}) {
    ASSERT_TRUE(data.putAndInsertString(tag, value.c_str()).good());
  }
  const auto path = test::ownFolder() / "image.dcm";
  ASSERT_TRUE(format.saveFile(path.c_str(), EXS_LittleEndianExplicit, EET_ExplicitLength).good());
  const auto headers = readSeriesHeaders(path.string());
  ASSERT_EQ(headers.size(), 1U);
  const auto& values = headers[0].values;
  EXPECT_EQ(values.at("SeriesDescription"), "früh");
  EXPECT_EQ(values.at("OtherPatientIDs"), "77");
  EXPECT_EQ(values.at("PatientComments"), longest);
  EXPECT_EQ(values.count("ImageComments"), 0U);
}

}  // namespace
}  // namespace cmr
