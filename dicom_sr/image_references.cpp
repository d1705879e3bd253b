#include "dicom_sr/image_references.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <map>
#include <set>
#include <utility>

#include "dicom_sr/write_dataset.h"

namespace cmr {
namespace {

void addInstance(DcmItem& item, const DcmTagKey& sequence, const std::string& sopClass,
                 const std::string& instance) {
  DcmItem& reference = addItem(item, sequence);
  putText(reference, DCM_ReferencedSOPClassUID, sopClass);
  putText(reference, DCM_ReferencedSOPInstanceUID, instance);
}

}  // namespace

DcmItem& addImageReference(DcmItem& item, const DcmTagKey& sequence, const SourceFrame& frame) {
  DcmItem& reference = addItem(item, sequence);
  putText(reference, DCM_ReferencedSOPClassUID, frame.SOPClassUID);
  putText(reference, DCM_ReferencedSOPInstanceUID, frame.SOPInstanceUID);
  if (frame.frameNumber > 0) {
    putText(reference, DCM_ReferencedFrameNumber, std::to_string(frame.frameNumber));
  }
  return reference;
}

std::vector<SourceFrame> uniqueInstances(const std::vector<SourceFrame>& frames) {
  std::vector<SourceFrame> unique;
  std::set<std::string> seen;
  for (const SourceFrame& frame : frames) {
    if (!seen.insert(frame.SOPInstanceUID).second) continue;
    unique.push_back(frame);
    unique.back().frameNumber = 0;
  }
  return unique;
}

void addEvidence(DcmItem& item, const DcmTagKey& sequence, const std::string& StudyInstanceUID,
                 const std::vector<SourceFrame>& images, const std::vector<ProducedObject>& made) {
  DcmItem& study = addItem(item, sequence);
  putText(study, DCM_StudyInstanceUID, StudyInstanceUID);
  std::map<std::string, std::vector<std::pair<std::string, std::string>>> bySeries;
  for (const SourceFrame& image : uniqueInstances(images)) {
    bySeries[image.SeriesInstanceUID].emplace_back(image.SOPClassUID, image.SOPInstanceUID);
  }
  for (const ProducedObject& object : made) {
    bySeries[object.SeriesInstanceUID].emplace_back(object.SOPClassUID, object.SOPInstanceUID);
  }
  for (const auto& [uid, instances] : bySeries) {
    DcmItem& series = addItem(study, DCM_ReferencedSeriesSequence);
    putText(series, DCM_SeriesInstanceUID, uid);
    for (const auto& [sopClass, instance] : instances) {
      addInstance(series, DCM_ReferencedSOPSequence, sopClass, instance);
    }
  }
}

}  // namespace cmr
