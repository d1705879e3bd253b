// What one image of the source says about itself, before it has a place in a stack.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/image_stack.h"
#include "dicom_sr/image_content.h"
#include "dicom_sr/source.h"

class DcmDataset;

namespace cmr {

// What may order the phases of a slice, best first. The first that gives a full grid wins.
enum class PhaseKey {
  triggerTime,
  privatePhaseNumber,  // GE (0019,10d7), Philips (2001,1008)
  temporalPosition,    // TemporalPositionIdentifier, TemporalPositionIndex
  acquisitionNumber,
  acquisitionTime,  // AcquisitionTime, FrameAcquisitionDateTime
  contentTime,
  instanceNumber
};
inline constexpr int phaseKeyCount = 7;
const char* phaseKeyName(PhaseKey key);

struct FrameFacts {
  SourceFrame source;
  PlaneGeometry plane;
  int rows = 0;
  int columns = 0;
  std::vector<float> pixels;  // rescale applied, as stored: also of MONOCHROME1
  // Of MONOCHROME1: what a value and the one that looks the same in MONOCHROME2 add up to.
  std::optional<float> mirrorSum;
  FrameTiming timing;
  std::array<std::optional<double>, phaseKeyCount> keys;
  std::optional<double> nominalIntervalMs;
  std::optional<double> heartRateBpm;
  std::string StudyInstanceUID;
  std::string FrameOfReferenceUID;
  std::string SeriesDescription;
  std::string ImageType;
  ImageContent content = ImageContent::unstated;
  std::string Modality;
  std::string ContrastBolusAgent;
  std::string rescaleUnits;
  // When it was acquired, as text that sorts by time: YYYYMMDD, then HHMMSS with any fraction, of
  // the acquisition, else of the series; empty: unknown.
  std::string acquiredAt;
  std::optional<double> seriesNumber;
  double instanceOrder = 0;  // to break ties between frames that are otherwise equal
  std::shared_ptr<const DcmDataset> header;  // of the instance, without pixels
  PatientFacts patient;
};

}  // namespace cmr
