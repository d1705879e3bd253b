// Multi-frame True Color Secondary Capture: PS3.3 A.8.5.4, with the Cine module (C.7.6.5) so that
// viewers play it at the heart's pace. JPEG-LS takes a quarter of the bytes and loses none.
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <algorithm>
#include <cmath>

#include "analysis/errors.h"
#include "dicom_sr/contour_cine.h"
#include "dicom_sr/identity.h"
#include "dicom_sr/jpeg_ls.h"
#include "dicom_sr/key_segments.h"
#include "dicom_sr/secondary_capture.h"
#include "dicom_sr/write_dataset.h"
#include "dicom_sr/write_header.h"

namespace cmr {
namespace {

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

std::vector<SourceFrame> imagesShown(const SeriesStack& source, const ContourCine& cine) {
  std::vector<SourceFrame> images;
  for (const int slice : cine.slices) {
    for (int phase = 0; phase < source.stack.phaseCount; ++phase) {
      images.push_back(sourceOf(source, slice, phase));
    }
  }
  return images;
}

std::string packedFrame(const ContourCine& cine, int phase) {
  const RgbImage frame = cine.frame(phase);
  requireWhole({frame.width, frame.height, 0, frame.pixels}, "the cine of contours");
  if (frame.width != cine.width || frame.height != cine.height) {
    throw InputError("a frame of the cine of contours has a size of its own");
  }
  return packJpegLs(frame);
}

}  // namespace

ProducedObject writeContourCine(const SeriesStack& source, const ContourCine& cine,
                                const OutputContext& context) {
  if (cine.frameCount < 1 || !cine.frame) {
    throw InputError("the cine of contours holds no frame");
  }
  const ObjectIdentity identity{UID_MultiframeTrueColorSecondaryCaptureImageStorage,
                                outputUid(source, context, "cine/instance"),
                                outputUid(source, context, "cine/series"),
                                "OT",
                                "AI contours over the cycle, not verified",
                                contourCineSeriesNumber};
  DcmDataset dataset;
  std::vector<std::string> notes = copyPatientAndStudy(source, dataset);
  putHeader(dataset, source, identity, context, "package " + context.packageSha256.substr(0, 16));
  putCapture(dataset, source, context, "Contours over the cycle by",
             cine.timing.isKnown ? ""
                                 : " The images do not say how fast the heart beat: the frame time "
                                   "is for display alone.");
  putSourceImages(dataset, imagesShown(source, cine));
  putTiming(dataset, cine.timing);
  putPixelFacts(dataset, cine.width, cine.height, cine.frameCount);
  return {ObjectKind::contourCine,
          identity.SOPClassUID,
          identity.SOPInstanceUID,
          identity.SeriesInstanceUID,
          encodeFileWithFrames(dataset, cine.frameCount,
                               [&](int phase) { return packedFrame(cine, phase); }),
          std::move(notes)};
}

}  // namespace cmr
