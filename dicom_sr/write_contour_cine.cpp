// Multi-frame True Color Secondary Capture: PS3.3 A.8.5.4, with the Cine module (C.7.6.5) so that
// viewers play it at the heart's pace. JPEG-LS
// takes a quarter of the bytes and loses none. No geometry and no frame of reference, as for the
// page.
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "analysis/errors.h"
#include "analysis/program.h"
#include "dicom_sr/codes.h"
#include "dicom_sr/contour_cine.h"
#include "dicom_sr/identity.h"
#include "dicom_sr/image_references.h"
#include "dicom_sr/key_segments.h"
#include "dicom_sr/write_dataset.h"
#include "dicom_sr/write_header.h"

namespace cmr {
namespace {

void requireWhole(const ContourCine& cine) {
  const std::size_t bytes = static_cast<std::size_t>(cine.width) *
                            static_cast<std::size_t>(cine.height) * 3 *
                            static_cast<std::size_t>(cine.frameCount);
  if (cine.width <= 0 || cine.height <= 0 || cine.frameCount <= 0 || cine.width > 65535 ||
      cine.height > 65535 || cine.pixels.size() != bytes) {
    throw InputError("the cine of contours is no whole RGB picture");
  }
}

void putTiming(DcmDataset& dataset, const CineTiming& timing) {
  if (timing.stepsMs.empty()) {
    dataset.putAndInsertTagKey(DCM_FrameIncrementPointer, DCM_FrameTime);
    putText(dataset, DCM_FrameTime, decimalString(timing.frameTimeMs));
  } else {
    dataset.putAndInsertTagKey(DCM_FrameIncrementPointer, DCM_FrameTimeVector);
    std::string steps;
    for (const double step : timing.stepsMs) {
      if (!steps.empty()) steps += '\\';
      steps += decimalString(step);
    }
    putText(dataset, DCM_FrameTimeVector, steps);
  }
  const long perSecond = std::max(1L, std::lround(1000 / timing.frameTimeMs));
  putText(dataset, DCM_RecommendedDisplayFrameRate, std::to_string(perSecond));
  putText(dataset, DCM_CineRate, std::to_string(perSecond));
  putUint16(dataset, DCM_PreferredPlaybackSequencing, 0);  // around and around
}

void putReferences(DcmDataset& dataset, const SeriesStack& source, const ContourCine& cine) {
  std::vector<SourceFrame> images;
  for (const int slice : cine.slices) {
    for (int phase = 0; phase < source.stack.phaseCount; ++phase) {
      images.push_back(sourceOf(source, slice, phase));
    }
  }
  for (const SourceFrame& image : uniqueInstances(images)) {
    DcmItem& reference = addImageReference(dataset, DCM_SourceImageSequence, image);
    addCode(reference, DCM_PurposeOfReferenceCodeSequence, codes::sourceImage);
  }
}

void putPictures(DcmDataset& dataset, const ContourCine& cine) {
  putUint16(dataset, DCM_SamplesPerPixel, 3);
  putText(dataset, DCM_PhotometricInterpretation, "RGB");
  putUint16(dataset, DCM_PlanarConfiguration, 0);
  putText(dataset, DCM_NumberOfFrames, std::to_string(cine.frameCount));
  putUint16(dataset, DCM_Rows, static_cast<unsigned>(cine.height));
  putUint16(dataset, DCM_Columns, static_cast<unsigned>(cine.width));
  putUint16(dataset, DCM_BitsAllocated, 8);
  putUint16(dataset, DCM_BitsStored, 8);
  putUint16(dataset, DCM_HighBit, 7);
  putUint16(dataset, DCM_PixelRepresentation, 0);
  auto pixels = std::make_unique<DcmPixelData>(DcmTag(DCM_PixelData, EVR_OB));
  Uint8* bytes = nullptr;
  const std::size_t length = (cine.pixels.size() + 1) / 2 * 2;
  if (pixels->createUint8Array(static_cast<Uint32>(length), bytes).bad() || bytes == nullptr) {
    throw Error("DCMTK refuses the pixels of the cine of contours");
  }
  bytes[length - 1] = 0;
  std::copy(cine.pixels.begin(), cine.pixels.end(), bytes);
  if (dataset.insert(pixels.get(), OFTrue).bad()) {
    throw Error("DCMTK refuses the pixels of the cine of contours");
  }
  [[maybe_unused]] const DcmPixelData* const owned = pixels.release();
}

}  // namespace

ProducedObject writeContourCine(const SeriesStack& source, const ContourCine& cine,
                                const OutputContext& context) {
  requireWhole(cine);
  const ObjectIdentity identity{UID_MultiframeTrueColorSecondaryCaptureImageStorage,
                                outputUid(source, context, "cine/instance"),
                                outputUid(source, context, "cine/series"),
                                "OT",
                                "AI contours over the cycle, not verified",
                                contourCineSeriesNumber};
  DcmDataset dataset;
  std::vector<std::string> notes = copyPatientAndStudy(source, dataset);
  putHeader(dataset, source, identity, context, "package " + context.packageSha256.substr(0, 16));
  putText(dataset, DCM_ImageType, "DERIVED\\SECONDARY");
  putText(dataset, DCM_ConversionType, "WSD");
  putText(dataset, DCM_DateOfSecondaryCapture, dateOf(context));
  putText(dataset, DCM_TimeOfSecondaryCapture, timeOf(context));
  dataset.insertEmptyElement(DCM_PatientOrientation);
  putText(dataset, DCM_BodyPartExamined, "HEART");
  putText(dataset, DCM_BurnedInAnnotation, "NO");  // phases and slices, never names
  putText(dataset, DCM_DerivationDescription,
          plainText(std::string("Contours over the cycle by ") + programName + " " +
                        programVersion + ". AI result, not verified. " + researchNotice + "." +
                        (cine.timing.isKnown
                             ? ""
                             : " The images do not say how fast the heart beat: the frame time is "
                               "for display alone."),
                    1024));
  putLossyCompression(dataset, source);
  putReferences(dataset, source, cine);
  putTiming(dataset, cine.timing);
  putPictures(dataset, cine);
  return finishObject(dataset, ObjectKind::contourCine, identity, std::move(notes),
                      PixelCoding::jpegLsLossless);
}

}  // namespace cmr
