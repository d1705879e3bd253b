// References to images of the source, in the forms that our objects need.
#pragma once

#include <vector>

#include "dicom_sr/produced_object.h"
#include "dicom_sr/source.h"

class DcmItem;
class DcmTagKey;

namespace cmr {

// Appends an item with SOP class, instance and, for multi-frame sources, the frame number.
DcmItem& addImageReference(DcmItem& item, const DcmTagKey& sequence, const SourceFrame& frame);

// Instances in the order given, each once and as a whole (no frame number).
std::vector<SourceFrame> uniqueInstances(const std::vector<SourceFrame>& frames);

// Evidence of one study by series (PS3.3 C.17.2.3): the images given and the objects that we made.
void addEvidence(DcmItem& item, const DcmTagKey& sequence, const std::string& StudyInstanceUID,
                 const std::vector<SourceFrame>& images, const std::vector<ProducedObject>& made);

}  // namespace cmr
