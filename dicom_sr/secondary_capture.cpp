#include "dicom_sr/secondary_capture.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <string>

#include "analysis/errors.h"
#include "analysis/program.h"
#include "dicom_sr/codes.h"
#include "dicom_sr/image_references.h"
#include "dicom_sr/write_dataset.h"
#include "dicom_sr/write_header.h"

namespace cmr {
namespace {

constexpr int largestSide = 65535;

}  // namespace

void putCapture(DcmDataset& dataset, const SeriesStack& source, const OutputContext& context,
                const std::string& what, const std::string& further) {
  putText(dataset, DCM_ImageType, "DERIVED\\SECONDARY");
  putText(dataset, DCM_ConversionType, "WSD");
  putText(dataset, DCM_DateOfSecondaryCapture, dateOf(context));
  putText(dataset, DCM_TimeOfSecondaryCapture, timeOf(context));
  dataset.insertEmptyElement(DCM_PatientOrientation);
  putText(dataset, DCM_BodyPartExamined, "HEART");
  putText(dataset, DCM_BurnedInAnnotation, "NO");
  putText(dataset, DCM_DerivationDescription,
          plainText(what + " " + programName + " " + programVersion +
                        ". AI result, not verified. " + researchNotice + "." + further,
                    1024));
  putLossyCompression(dataset, source);
}

void putSourceImages(DcmDataset& dataset, const std::vector<SourceFrame>& images) {
  for (const SourceFrame& image : uniqueInstances(images)) {
    DcmItem& reference = addImageReference(dataset, DCM_SourceImageSequence, image);
    addCode(reference, DCM_PurposeOfReferenceCodeSequence, codes::sourceImage);
  }
}

void requireWhole(const CapturePixels& pixels, const std::string& name) {
  const std::size_t expected = static_cast<std::size_t>(std::max(0, pixels.width)) *
                               static_cast<std::size_t>(std::max(0, pixels.height)) * 3 *
                               static_cast<std::size_t>(std::max(1, pixels.frames));
  if (expected == 0 || pixels.frames < 0 || pixels.width > largestSide ||
      pixels.height > largestSide || pixels.bytes.size() != expected) {
    throw InputError(name + " is no whole RGB picture");
  }
}

void putPixelFacts(DcmDataset& dataset, int width, int height, int frames) {
  putUint16(dataset, DCM_SamplesPerPixel, 3);
  putText(dataset, DCM_PhotometricInterpretation, "RGB");
  putUint16(dataset, DCM_PlanarConfiguration, 0);
  if (frames > 0) putText(dataset, DCM_NumberOfFrames, std::to_string(frames));
  putUint16(dataset, DCM_Rows, static_cast<unsigned>(height));
  putUint16(dataset, DCM_Columns, static_cast<unsigned>(width));
  putUint16(dataset, DCM_BitsAllocated, 8);
  putUint16(dataset, DCM_BitsStored, 8);
  putUint16(dataset, DCM_HighBit, 7);
  putUint16(dataset, DCM_PixelRepresentation, 0);
}

void putPixels(DcmDataset& dataset, const CapturePixels& pixels) {
  putPixelFacts(dataset, pixels.width, pixels.height, pixels.frames);
  auto element = std::make_unique<DcmPixelData>(DcmTag(DCM_PixelData, EVR_OB));
  Uint8* into = nullptr;
  const std::size_t length = (pixels.bytes.size() + 1) / 2 * 2;
  // The length of a value has 32 bits (PS3.5 7.1.1), and 0xFFFFFFFF means another thing.
  if (length >= std::numeric_limits<Uint32>::max()) {
    throw InputError("a picture of " + std::to_string(length) + " bytes fits in no DICOM object");
  }
  if (element->createUint8Array(static_cast<Uint32>(length), into).bad() || into == nullptr) {
    throw Error("DCMTK refuses the pixels of a picture");
  }
  into[length - 1] = 0;
  std::copy(pixels.bytes.begin(), pixels.bytes.end(), into);
  if (dataset.insert(element.get(), OFTrue).bad()) {
    throw Error("DCMTK refuses the pixels of a picture");
  }
  [[maybe_unused]] const DcmPixelData* const owned = element.release();
}

}  // namespace cmr
