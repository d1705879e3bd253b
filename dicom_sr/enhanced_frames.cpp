#include "dicom_sr/enhanced_frames.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <algorithm>
#include <cmath>

#include "dicom_sr/dataset_values.h"
#include "dicom_sr/pixel_unit.h"
#include "dicom_sr/verdict_error.h"

namespace cmr {
namespace {

// A frame's own group wins over the shared one.
class FrameGroups {
 public:
  FrameGroups(DcmItem* shared, DcmItem* own) : shared_(shared), own_(own) {}

  DcmItem* group(const DcmTagKey& sequence) const {
    for (DcmItem* place : {own_, shared_}) {
      if (place != nullptr) {
        if (DcmItem* found = firstItem(*place, sequence)) return found;
      }
    }
    return nullptr;
  }
  std::string text(const DcmTagKey& sequence, const DcmTagKey& tag) const {
    DcmItem* item = group(sequence);
    return item != nullptr ? verbatimOf(*item, tag) : std::string();
  }
  std::optional<double> number(const DcmTagKey& sequence, const DcmTagKey& tag) const {
    DcmItem* item = group(sequence);
    return item != nullptr ? numberOf(*item, tag) : std::nullopt;
  }

 private:
  DcmItem* shared_;
  DcmItem* own_;
};

std::optional<double>& key(FrameFacts& facts, PhaseKey k) {
  return facts.keys.at(static_cast<std::size_t>(k));
}

// DT "YYYYMMDDHHMMSS.FFFFFF": milliseconds after midnight.
std::optional<double> momentOf(const std::string& dt) {
  return dt.size() < 14 ? std::nullopt : timeMsOf(dt.substr(8, dt.find_first_of("+-") - 8));
}

// MR Modifier (PS3.3 C.8.13.5.6); what a classic image was converted from keeps its own attribute
// among the unassigned ones (C.7.6.16.2.25, .26). Several times, as of a double inversion, are none
// that the signal recovers from.
std::optional<double> inversionTimeOf(const FrameGroups& groups) {
  if (DcmItem* modifier = groups.group(DCM_MRModifierSequence)) {
    const std::vector<double> times = numbersOf(*modifier, DCM_InversionTimes);
    if (times.size() == 1) return times.front();
    if (times.size() > 1) return std::nullopt;
  }
  for (const DcmTagKey& unassigned : {DCM_UnassignedPerFrameConvertedAttributesSequence,
                                      DCM_UnassignedSharedConvertedAttributesSequence}) {
    if (const auto time = groups.number(unassigned, DCM_InversionTime)) return time;
  }
  return std::nullopt;
}

EnhancedFrame readFrame(const FrameGroups& groups, int number, const FrameFacts& common) {
  EnhancedFrame frame{common, {}};
  FrameFacts& f = frame.facts;
  f.source.frameNumber = number;
  f.instanceOrder = common.instanceOrder * 1e6 + number;
  fillPlane(f, groups.text(DCM_PlanePositionSequence, DCM_ImagePositionPatient),
            groups.text(DCM_PlaneOrientationSequence, DCM_ImageOrientationPatient),
            groups.text(DCM_PixelMeasuresSequence, DCM_PixelSpacing));
  f.source.SliceThickness = groups.text(DCM_PixelMeasuresSequence, DCM_SliceThickness);
  f.timing.triggerTimeMs =
      groups.number(DCM_CardiacSynchronizationSequence, DCM_NominalCardiacTriggerDelayTime);
  f.nominalIntervalMs =
      groups.number(DCM_CardiacSynchronizationSequence, DCM_RRIntervalTimeNominal);
  f.timing.inversionTimeMs = inversionTimeOf(groups);
  f.timing.echoTimeMs = groups.number(DCM_MREchoSequence, DCM_EffectiveEchoTime);
  key(f, PhaseKey::triggerTime) = f.timing.triggerTimeMs;
  key(f, PhaseKey::temporalPosition) =
      groups.number(DCM_FrameContentSequence, DCM_TemporalPositionIndex);
  if (!key(f, PhaseKey::temporalPosition)) {
    key(f, PhaseKey::temporalPosition) =
        groups.number(DCM_TemporalPositionSequence, DCM_TemporalPositionTimeOffset);
  }
  const std::string acquiredAt =
      groups.text(DCM_FrameContentSequence, DCM_FrameAcquisitionDateTime);
  if (!acquiredAt.empty()) f.acquiredAt = acquiredAt;
  key(f, PhaseKey::acquisitionTime) = momentOf(acquiredAt);
  key(f, PhaseKey::acquisitionNumber) =
      groups.number(DCM_FrameContentSequence, DCM_FrameAcquisitionNumber);
  key(f, PhaseKey::instanceNumber) = f.instanceOrder;
  f.source.display = {groups.text(DCM_FrameVOILUTSequence, DCM_WindowCenter),
                      groups.text(DCM_FrameVOILUTSequence, DCM_WindowWidth),
                      groups.text(DCM_FrameVOILUTSequence, DCM_VOILUTFunction),
                      groups.text(DCM_PixelValueTransformationSequence, DCM_RescaleSlope),
                      groups.text(DCM_PixelValueTransformationSequence, DCM_RescaleIntercept),
                      groups.text(DCM_PixelValueTransformationSequence, DCM_RescaleType)};
  if (DcmItem* transformation = groups.group(DCM_PixelValueTransformationSequence)) {
    frame.rescale.slope = numberOrAbsent(*transformation, DCM_RescaleSlope, 1);
    frame.rescale.intercept = numberOrAbsent(*transformation, DCM_RescaleIntercept, 0);
    const std::string unit = pixelUnitOf(*transformation);
    if (unit == "ms" || (!unit.empty() && f.rescaleUnits != "ms")) f.rescaleUnits = unit;
  }
  return frame;
}

// Within 100 m of the scanner's centre: what is beyond is a damaged number.
bool isNearPatient(const std::vector<double>& position) {
  return std::all_of(position.begin(), position.end(), [](double v) { return std::abs(v) < 1e5; });
}

}  // namespace

void fillPlane(FrameFacts& f, const std::string& position, const std::string& orientation,
               const std::string& spacing) {
  f.source.ImagePositionPatient = position;
  f.source.ImageOrientationPatient = orientation;
  f.source.PixelSpacing = spacing;
  const std::vector<double> p = numbersIn(position);
  const std::vector<double> o = numbersIn(orientation);
  const std::vector<double> s = numbersIn(spacing);
  if (p.size() != 3 || o.size() != 6 || s.size() != 2) {
    throw VerdictError("missing-geometry",
                       "the image does not say where it lies in the patient (position, "
                       "orientation or pixel spacing is missing)");
  }
  const Vec3 row{o[0], o[1], o[2]};
  const Vec3 column{o[3], o[4], o[5]};
  if (std::abs(norm(row) - 1) > 1e-3 || std::abs(norm(column) - 1) > 1e-3 ||
      std::abs(dot(row, column)) > 1e-3 || !isNearPatient(p) || !(s[0] > 0) || !(s[1] > 0) ||
      s[0] > 100 || s[1] > 100) {
    throw VerdictError("missing-geometry",
                       "position, orientation or pixel spacing of the image make no plane");
  }
  // Rounded decimals are not quite perpendicular; a plane's axes are.
  const Vec3 rowUnit = row * (1 / norm(row));
  const Vec3 perpendicular = column - rowUnit * dot(column, rowUnit);
  f.plane = {{p[0], p[1], p[2]}, rowUnit, perpendicular * (1 / norm(perpendicular)), s[1], s[0]};
}

std::vector<EnhancedFrame> readEnhancedFrames(DcmDataset& dataset, int frames,
                                              const FrameFacts& common) {
  DcmItem* shared = firstItem(dataset, DCM_SharedFunctionalGroupsSequence);
  std::vector<EnhancedFrame> result;
  for (int i = 0; i < frames; ++i) {
    DcmItem* own = nullptr;
    if (dataset.findAndGetSequenceItem(DCM_PerFrameFunctionalGroupsSequence, own, i).bad()) {
      own = nullptr;
    }
    const FrameGroups groups(shared, own);
    result.push_back(readFrame(groups, i + 1, common));
    result.back().facts.content =
        contentOfFrame(dataset, groups.group(DCM_MRImageFrameTypeSequence));
  }
  return result;
}

}  // namespace cmr
