// An enhanced multi-frame copy of a classic series, for tests: the pixels and places of the real
// images in the functional groups of PS3.3 A.36.2.
#pragma once

#include <string>
#include <vector>

#include "tests/support/dicom_edit.h"

namespace cmr::test {

inline void copyValue(DcmItem& to, DcmItem& from, const DcmTagKey& tag) {
  DcmElement* element = nullptr;
  if (from.findAndGetElement(tag, element).good()) {
    to.insert(dynamic_cast<DcmElement*>(element->clone()), true);
  }
}

inline DcmItem& group(DcmItem& parent, const DcmTagKey& sequence) {
  DcmItem* item = nullptr;
  parent.findOrCreateSequenceItem(sequence, item, 0);
  return *item;
}

inline void fillSharedGroups(DcmItem& shared, DcmDataset& first) {
  DcmItem& measures = group(shared, DCM_PixelMeasuresSequence);
  copyValue(measures, first, DCM_PixelSpacing);
  copyValue(measures, first, DCM_SliceThickness);
  copyValue(group(shared, DCM_PlaneOrientationSequence), first, DCM_ImageOrientationPatient);
  DcmItem& transformation = group(shared, DCM_PixelValueTransformationSequence);
  transformation.putAndInsertString(DCM_RescaleSlope, "2");
  transformation.putAndInsertString(DCM_RescaleIntercept, "5");
  transformation.putAndInsertString(DCM_RescaleType, "US");
}

inline void fillFrameGroups(DcmItem& frame, DcmDataset& image, bool hasTriggers, int temporal) {
  copyValue(group(frame, DCM_PlanePositionSequence), image, DCM_ImagePositionPatient);
  DcmItem& cardiac = group(frame, DCM_CardiacSynchronizationSequence);
  if (hasTriggers) {
    OFString text;
    image.findAndGetOFString(DCM_TriggerTime, text);
    cardiac.putAndInsertFloat64(DCM_NominalCardiacTriggerDelayTime, std::stod(text.c_str()));
  }
  cardiac.putAndInsertFloat64(DCM_RRIntervalTimeNominal, 923);
  group(frame, DCM_FrameContentSequence)
      .putAndInsertUint32(DCM_TemporalPositionIndex, static_cast<Uint32>(temporal));
}

// One frame per instance, in their order. temporalIndex gives each its place in time from 1.
inline InstanceBytes enhancedFrom(const std::vector<InstanceBytes>& instances,
                                  const std::vector<int>& temporalIndex, bool hasTriggers) {
  DcmFileFormat file;
  DcmDataset& out = *file.getDataset();
  std::vector<Uint16> pixels;
  for (std::size_t i = 0; i < instances.size(); ++i) {
    DcmFileFormat source;
    parse(instances[i].bytes, source);
    DcmDataset& image = *source.getDataset();
    if (i == 0) {
      for (const DcmTagKey& tag :
           {DCM_StudyInstanceUID, DCM_SeriesInstanceUID, DCM_FrameOfReferenceUID, DCM_Modality,
            DCM_Rows, DCM_Columns, DCM_BitsAllocated, DCM_BitsStored, DCM_HighBit,
            DCM_PixelRepresentation, DCM_SamplesPerPixel, DCM_PhotometricInterpretation}) {
        copyValue(out, image, tag);
      }
      fillSharedGroups(group(out, DCM_SharedFunctionalGroupsSequence), image);
    }
    DcmItem* frame = nullptr;
    out.findOrCreateSequenceItem(DCM_PerFrameFunctionalGroupsSequence, frame, static_cast<long>(i));
    fillFrameGroups(*frame, image, hasTriggers, temporalIndex[i]);
    const Uint16* cells = nullptr;
    unsigned long count = 0;
    image.findAndGetUint16Array(DCM_PixelData, cells, &count);
    pixels.insert(pixels.end(), cells, cells + count);
  }
  out.putAndInsertString(DCM_SOPClassUID, UID_EnhancedMRImageStorage);
  out.putAndInsertString(DCM_SOPInstanceUID, "1.2.3.4.5");
  out.putAndInsertString(DCM_InstanceNumber, "1");
  out.putAndInsertString(DCM_NumberOfFrames, std::to_string(instances.size()).c_str());
  out.putAndInsertUint16Array(DCM_PixelData, pixels.data(), pixels.size());
  return {"enhanced", encode(file, EXS_LittleEndianExplicit)};
}

}  // namespace cmr::test
