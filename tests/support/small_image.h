// A drawn MR instance of 4 x 4 pixels, for tests of how images are put in order: quick to make.
#pragma once

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <array>
#include <functional>
#include <string>

#include "dicom_sr/source.h"
#include "tests/support/dicom_edit.h"

namespace cmr::test {

struct SmallImage {
  int slice = 0;
  int phase = 0;
  int number = 1;      // InstanceNumber, and the end of the SOPInstanceUID
  int value = 100;     // of every pixel
  std::string type{};  // values of ImageType from the third on
  std::string series = "1.2.3.1";
  std::function<void(DcmDataset&)> edit = [](DcmDataset&) {};
};

// Slices 8 mm apart, phases 40 ms.
inline InstanceBytes smallImage(const SmallImage& image,
                                E_TransferSyntax syntax = EXS_LittleEndianExplicit) {
  DcmFileFormat file;
  DcmDataset& d = *file.getDataset();
  const auto put = [&](const DcmTagKey& tag, const std::string& text) {
    d.putAndInsertString(tag, text.c_str());
  };
  put(DCM_SOPClassUID, UID_MRImageStorage);
  put(DCM_SOPInstanceUID, image.series + ".9." + std::to_string(image.number));
  put(DCM_StudyInstanceUID, "1.2.3");
  put(DCM_SeriesInstanceUID, image.series);
  put(DCM_FrameOfReferenceUID, "1.2.4");
  put(DCM_Modality, "MR");
  put(DCM_SeriesDescription, "cine_sax");
  put(DCM_ImageType, "ORIGINAL\\PRIMARY" + (image.type.empty() ? "" : "\\" + image.type));
  put(DCM_InstanceNumber, std::to_string(image.number));
  put(DCM_ImagePositionPatient, "0\\0\\" + std::to_string(8 * image.slice));
  put(DCM_ImageOrientationPatient, "1\\0\\0\\0\\1\\0");
  put(DCM_PixelSpacing, "1.5\\1.5");
  put(DCM_SliceThickness, "8");
  put(DCM_TriggerTime, std::to_string(40 * image.phase));
  put(DCM_PhotometricInterpretation, "MONOCHROME2");
  for (const auto& [tag, value] : {std::pair{DCM_SamplesPerPixel, 1},
                                   {DCM_Rows, 4},
                                   {DCM_Columns, 4},
                                   {DCM_BitsAllocated, 16},
                                   {DCM_BitsStored, 12},
                                   {DCM_HighBit, 11},
                                   {DCM_PixelRepresentation, 0}}) {
    d.putAndInsertUint16(tag, static_cast<Uint16>(value));
  }
  std::array<Uint16, 16> cells;
  cells.fill(static_cast<Uint16>(image.value));
  d.putAndInsertUint16Array(DCM_PixelData, cells.data(), cells.size());
  image.edit(d);
  return {std::to_string(image.number), encode(file, syntax)};
}

}  // namespace cmr::test
