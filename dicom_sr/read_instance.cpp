#include "dicom_sr/read_instance.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "analysis/sha256.h"
#include "dicom_sr/dataset_values.h"
#include "dicom_sr/decode_pixels.h"
#include "dicom_sr/enhanced_frames.h"
#include "dicom_sr/own_output.h"
#include "dicom_sr/parse_instance.h"
#include "dicom_sr/pixel_unit.h"
#include "dicom_sr/read_patient.h"
#include "dicom_sr/verdict_error.h"

namespace cmr {
namespace {

bool isEnhanced(const std::string& sopClass) {
  return sopClass == UID_EnhancedMRImageStorage ||
         sopClass == UID_LegacyConvertedEnhancedMRImageStorage;
}

void requireMrImage(DcmDataset& dataset, const std::string& sopClass) {
  if (isOwnOutput(dataset)) {
    throw VerdictError("own-output", "this is a result of this program, not an image to analyse");
  }
  if (sopClass == UID_MRImageStorage || isEnhanced(sopClass)) return;
  const char* name = dcmFindNameOfUID(sopClass.c_str(), nullptr);
  throw VerdictError("not-mr", "this is no MR image but " +
                                   (name != nullptr ? std::string(name) : "'" + sopClass + "'"));
}

// The header that writers copy from: everything but pixels and group lengths.
std::shared_ptr<const DcmDataset> headerOf(const DcmDataset& dataset) {
  auto header = std::make_shared<DcmDataset>();
  for (unsigned long i = 0; i < dataset.card(); ++i) {
    DcmElement* element = const_cast<DcmDataset&>(dataset).getElement(i);
    const DcmTagKey tag = element->getTag();
    if (tag == DCM_PixelData || tag.getElement() == 0 ||
        tag == DCM_PerFrameFunctionalGroupsSequence) {
      continue;
    }
    header->insert(dynamic_cast<DcmElement*>(element->clone()));
  }
  return header;
}

std::optional<double> privatePhaseNumber(DcmDataset& dataset) {
  // GE: "Cardiac phase number"; Philips: "Phase Number". A private element means nothing without
  // its creator (PS3.5 7.8).
  const std::pair<DcmTagKey, DcmTagKey> places[] = {
      {DcmTagKey(0x0019, 0x0010), DcmTagKey(0x0019, 0x10d7)},
      {DcmTagKey(0x2001, 0x0010), DcmTagKey(0x2001, 0x1008)}};
  const char* creators[] = {"GEMS_ACQU_01", "Philips Imaging DD 001"};
  for (std::size_t i = 0; i < 2; ++i) {
    if (textOf(dataset, places[i].first) == creators[i]) {
      if (const auto number = numberOf(dataset, places[i].second)) return number;
    }
  }
  return std::nullopt;
}

std::string firstOf(DcmDataset& dataset, std::initializer_list<DcmTagKey> tags) {
  for (const DcmTagKey& tag : tags) {
    if (const std::string text = textOf(dataset, tag); !text.empty()) return text;
  }
  return {};
}

std::string acquiredAt(DcmDataset& dataset) {
  const std::string both = textOf(dataset, DCM_AcquisitionDateTime);
  if (!both.empty()) return both;
  const std::string time = firstOf(dataset, {DCM_AcquisitionTime, DCM_SeriesTime});
  if (time.empty()) return {};
  return firstOf(dataset, {DCM_AcquisitionDate, DCM_SeriesDate, DCM_StudyDate}) + time;
}

FrameFacts commonFacts(DcmDataset& dataset, const std::string& bytes) {
  FrameFacts f;
  f.source.SOPClassUID = verbatimOf(dataset, DCM_SOPClassUID);
  f.source.SOPInstanceUID = verbatimOf(dataset, DCM_SOPInstanceUID);
  f.source.SeriesInstanceUID = verbatimOf(dataset, DCM_SeriesInstanceUID);
  f.StudyInstanceUID = verbatimOf(dataset, DCM_StudyInstanceUID);
  if (f.source.SOPInstanceUID.empty() || f.source.SeriesInstanceUID.empty() ||
      f.StudyInstanceUID.empty()) {
    throw VerdictError("missing-identifiers", "the instance lacks a study, series or instance UID");
  }
  f.source.InstanceNumber = verbatimOf(dataset, DCM_InstanceNumber);
  f.source.SliceThickness = verbatimOf(dataset, DCM_SliceThickness);
  f.source.contentSha256 = sha256Hex(bytes);
  f.FrameOfReferenceUID = textOf(dataset, DCM_FrameOfReferenceUID);
  f.SeriesDescription = textOf(dataset, DCM_SeriesDescription);
  f.ImageType = textOf(dataset, DCM_ImageType);
  f.Modality = textOf(dataset, DCM_Modality);
  f.ContrastBolusAgent = textOf(dataset, DCM_ContrastBolusAgent);
  f.rescaleUnits = pixelUnitOf(dataset);
  f.acquiredAt = acquiredAt(dataset);
  f.seriesNumber = numberOf(dataset, DCM_SeriesNumber);
  f.instanceOrder = numberOf(dataset, DCM_InstanceNumber).value_or(0);
  f.heartRateBpm = numberOf(dataset, DCM_HeartRate);
  f.header = headerOf(dataset);
  f.patient = readPatient(dataset);
  return f;
}

void addSingleFrameFacts(DcmDataset& dataset, FrameFacts& f) {
  f.content = contentOfImage(dataset);
  fillPlane(f, verbatimOf(dataset, DCM_ImagePositionPatient),
            verbatimOf(dataset, DCM_ImageOrientationPatient),
            verbatimOf(dataset, DCM_PixelSpacing));
  f.timing.triggerTimeMs = numberOf(dataset, DCM_TriggerTime);
  f.timing.inversionTimeMs = numberOf(dataset, DCM_InversionTime);
  f.timing.echoTimeMs = numberOf(dataset, DCM_EchoTime);
  f.nominalIntervalMs = numberOf(dataset, DCM_NominalInterval);
  f.source.display = {
      verbatimOf(dataset, DCM_WindowCenter),     verbatimOf(dataset, DCM_WindowWidth),
      verbatimOf(dataset, DCM_VOILUTFunction),   verbatimOf(dataset, DCM_RescaleSlope),
      verbatimOf(dataset, DCM_RescaleIntercept), verbatimOf(dataset, DCM_RescaleType)};
  const auto key = [&](PhaseKey k) -> std::optional<double>& {
    return f.keys.at(static_cast<std::size_t>(k));
  };
  key(PhaseKey::triggerTime) = f.timing.triggerTimeMs;
  key(PhaseKey::privatePhaseNumber) = privatePhaseNumber(dataset);
  key(PhaseKey::temporalPosition) = numberOf(dataset, DCM_TemporalPositionIdentifier);
  key(PhaseKey::acquisitionNumber) = numberOf(dataset, DCM_AcquisitionNumber);
  key(PhaseKey::acquisitionTime) = timeMsOf(textOf(dataset, DCM_AcquisitionTime));
  key(PhaseKey::contentTime) = timeMsOf(textOf(dataset, DCM_ContentTime));
  key(PhaseKey::instanceNumber) = numberOf(dataset, DCM_InstanceNumber);
}

void requireUsableRescale(const Rescale& rescale) {
  const double slope = std::abs(rescale.slope);
  if (!(slope > 1e-12) || slope > 1e12 || std::abs(rescale.intercept) > 1e12) {
    throw VerdictError("unsupported-pixels", "the image's rescale makes no values");
  }
}

void takePixels(FrameFacts& f, const std::vector<float>& all, std::size_t frame,
                const PixelFormat& format, const Rescale& rescale) {
  requireUsableRescale(rescale);
  f.rows = format.rows;
  f.columns = format.columns;
  const std::size_t size =
      static_cast<std::size_t>(format.rows) * static_cast<std::size_t>(format.columns);
  f.pixels.resize(size);
  const auto slope = static_cast<float>(rescale.slope);
  const auto intercept = static_cast<float>(rescale.intercept);
  std::transform(all.begin() + static_cast<std::ptrdiff_t>(frame * size),
                 all.begin() + static_cast<std::ptrdiff_t>((frame + 1) * size), f.pixels.begin(),
                 [=](float v) { return v * slope + intercept; });
  if (format.isMonochrome1) f.mirrorSum = mirrorSum(format) * slope + 2 * intercept;
}

}  // namespace

std::vector<FrameFacts> readInstance(const InstanceBytes& instance, const ReadLimits& limits) {
  const std::unique_ptr<DcmFileFormat> file = parseInstance(instance.bytes);
  DcmDataset& dataset = *file->getDataset();
  std::string sopClass = textOf(dataset, DCM_SOPClassUID);
  // A DICOMDIR names its class in the file's meta information alone (PS3.3 F.3.2).
  if (sopClass.empty()) sopClass = textOf(*file->getMetaInfo(), DCM_MediaStorageSOPClassUID);
  requireMrImage(dataset, sopClass);
  const PixelFormat format = readPixelFormat(dataset, limits);
  FrameFacts common = commonFacts(dataset, instance.bytes);
  std::vector<FrameFacts> frames;
  if (isEnhanced(sopClass)) {
    std::vector<EnhancedFrame> enhanced = readEnhancedFrames(dataset, format.frames, common);
    const std::vector<float> pixels = decodePixels(dataset, format);
    for (std::size_t i = 0; i < enhanced.size(); ++i) {
      takePixels(enhanced[i].facts, pixels, i, format, enhanced[i].rescale);
      frames.push_back(std::move(enhanced[i].facts));
    }
    return frames;
  }
  if (format.frames != 1) {
    throw VerdictError("unsupported-pixels", "an MR image of " + std::to_string(format.frames) +
                                                 " frames that is not enhanced MR");
  }
  addSingleFrameFacts(dataset, common);
  const Rescale rescale{numberOrAbsent(dataset, DCM_RescaleSlope, 1),
                        numberOrAbsent(dataset, DCM_RescaleIntercept, 0)};
  takePixels(common, decodePixels(dataset, format), 0, format, rescale);
  frames.push_back(std::move(common));
  return frames;
}

}  // namespace cmr
