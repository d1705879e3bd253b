// What the reader keeps of the source so that writers can reference and quote it verbatim.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "analysis/image_stack.h"
#include "dicom_sr/image_content.h"
#include "dicom_sr/verdict.h"

class DcmDataset;

namespace cmr {

// One encoded DICOM instance as it came: a part-10 file in memory.
struct InstanceBytes {
  std::string name;  // file name or archive identifier, for messages only
  std::string bytes;
};

// How an image asks to be shown, byte for byte; empty where it says nothing.
struct SourceDisplay {
  std::string WindowCenter = {};  // several values with backslashes
  std::string WindowWidth = {};
  std::string VOILUTFunction = {};
  std::string RescaleSlope = {};
  std::string RescaleIntercept = {};
  std::string RescaleType = {};
};

// One image as it stands in the source. Strings are quoted byte for byte, even when invalid:
// viewers find an image only under the identifier that it really carries.
struct SourceFrame {
  std::string SOPClassUID;
  std::string SOPInstanceUID;
  std::string SeriesInstanceUID;
  int frameNumber = 0;  // from 1 in a multi-frame instance; 0 for a single-frame instance
  std::string InstanceNumber;
  std::string ImagePositionPatient;     // "x\y\z" verbatim
  std::string ImageOrientationPatient;  // verbatim
  std::string PixelSpacing;             // verbatim
  std::string SliceThickness;           // verbatim, may be empty
  std::string contentSha256;            // of the whole encoded instance, hex
  SourceDisplay display;
};

struct SeriesStack {
  ImageStack stack;
  std::vector<SourceFrame> sources;  // indexed by StackFrame::sourceIndex
  std::string phaseOrderKey;         // what ordered the phases: "TriggerTime", ...
  std::vector<std::string> notes;    // decisions worth recording
  // First instance without its pixel data: patient, study, equipment attributes for the writers.
  std::shared_ptr<const DcmDataset> header;
  // Latest valid date and time over all images, YYYYMMDDHHMMSS; "" when none carries one.
  std::string latestDateTime;
  std::string StudyInstanceUID;
  std::vector<std::string> SeriesInstanceUIDs;  // sorted; several when one series per slice
  std::string SeriesDescription;
  std::string FrameOfReferenceUID;
  // Modality and image-type facts that routing needs.
  std::string Modality;
  std::string ImageType;
  ImageContent content = ImageContent::unstated;  // of all its images
  std::string ContrastBolusAgent;                 // as stated; often absent although one was given
};

struct ReadResult {
  std::vector<SeriesStack> stacks;
  std::vector<Verdict> verdicts;  // what did not fit, and why; empty when all went well
};

}  // namespace cmr
