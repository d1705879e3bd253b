#include "dicom_sr/segment_frames.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "analysis/errors.h"
#include "dicom_sr/codes.h"
#include "dicom_sr/image_references.h"
#include "dicom_sr/write_dataset.h"

namespace cmr {
namespace {

void putTag(DcmItem& item, const DcmTagKey& tag, const DcmTagKey& value) {
  if (item.putAndInsertTagKey(tag, value).bad()) throw Error("DCMTK refuses a dimension pointer");
}

void addDimension(DcmDataset& dataset, const std::string& organization, const DcmTagKey& group,
                  const DcmTagKey& attribute, const char* label) {
  DcmItem& item = addItem(dataset, DCM_DimensionIndexSequence);
  putText(item, DCM_DimensionOrganizationUID, organization);
  putTag(item, DCM_DimensionIndexPointer, attribute);
  putTag(item, DCM_FunctionalGroupPointer, group);
  putText(item, DCM_DimensionDescriptionLabel, label);
}

void addPixelMeasures(DcmItem& groups, const SeriesStack& source, const SourceFrame& image) {
  DcmItem& item = addItem(groups, DCM_PixelMeasuresSequence);
  if (!image.SliceThickness.empty()) putText(item, DCM_SliceThickness, image.SliceThickness);
  putText(item, DCM_PixelSpacing, image.PixelSpacing);
  std::vector<double> distances = sliceDistancesMm(source.stack);
  if (distances.empty()) return;
  std::nth_element(distances.begin(), distances.begin() + (distances.size() / 2), distances.end());
  // Of positions, never of the header; digits beyond the micrometre are noise of the arithmetic.
  const double micrometres =
      static_cast<double>(std::lround(distances[distances.size() / 2] * 1000));
  putText(item, DCM_SpacingBetweenSlices, decimalString(micrometres / 1000));
}

void addOrientation(DcmItem& groups, const SourceFrame& image) {
  putText(addItem(groups, DCM_PlaneOrientationSequence), DCM_ImageOrientationPatient,
          image.ImageOrientationPatient);
}

void addDerivation(DcmItem& groups, const SourceFrame& image) {
  DcmItem& derivation = addItem(groups, DCM_DerivationImageSequence);
  addCode(derivation, DCM_DerivationCodeSequence, codes::segmentation);
  DcmItem& reference = addImageReference(derivation, DCM_SourceImageSequence, image);
  putText(reference, DCM_SpatialLocationsPreserved, "YES");
  addCode(reference, DCM_PurposeOfReferenceCodeSequence, codes::sourceImage);
}

}  // namespace

std::vector<SegmentFrame> segmentFrames(const SeriesStack& source,
                                        const std::vector<KeySegment>& segments,
                                        const std::string& seriesUid) {
  std::vector<SegmentFrame> frames;
  int number = 0;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const std::size_t before = frames.size();
    for (int slice = 0; slice < source.stack.sliceCount; ++slice) {
      if (sourceOf(source, slice, segments[i].phase).SeriesInstanceUID != seriesUid) continue;
      frames.push_back({i, number + 1, slice, segments[i].phase});
    }
    if (frames.size() > before) ++number;
  }
  return frames;
}

std::vector<SegmentFrame> wholeCineFrames(const SeriesStack& source,
                                          const std::vector<KeySegment>& segments,
                                          const std::string& seriesUid) {
  std::vector<SegmentFrame> frames;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    for (int slice = 0; slice < source.stack.sliceCount; ++slice) {
      for (int phase = 0; phase < source.stack.phaseCount; ++phase) {
        if (sourceOf(source, slice, phase).SeriesInstanceUID != seriesUid) continue;
        frames.push_back({i, static_cast<int>(i) + 1, slice, phase});
      }
    }
  }
  return frames;
}

void putFunctionalGroups(DcmDataset& dataset, const SeriesStack& source,
                         const std::vector<SegmentFrame>& frames, const std::string& dimensionUid,
                         bool withPhases) {
  putText(addItem(dataset, DCM_DimensionOrganizationSequence), DCM_DimensionOrganizationUID,
          dimensionUid);
  addDimension(dataset, dimensionUid, DCM_SegmentIdentificationSequence,
               DCM_ReferencedSegmentNumber, "Segment");
  addDimension(dataset, dimensionUid, DCM_PlanePositionSequence, DCM_ImagePositionPatient,
               "Slice position");
  if (withPhases) {
    addDimension(dataset, dimensionUid, DCM_FrameContentSequence, DCM_TemporalPositionIndex,
                 "Phase");
  }

  const SourceFrame& first = sourceOf(source, frames.front().slice, frames.front().phase);
  const auto allShare = [&](std::string SourceFrame::*attribute) {
    return std::all_of(frames.begin(), frames.end(), [&](const SegmentFrame& frame) {
      return sourceOf(source, frame.slice, frame.phase).*attribute == first.*attribute;
    });
  };
  const bool shareOrientation = allShare(&SourceFrame::ImageOrientationPatient);
  const bool shareMeasures =
      allShare(&SourceFrame::PixelSpacing) && allShare(&SourceFrame::SliceThickness);
  DcmItem& shared = addItem(dataset, DCM_SharedFunctionalGroupsSequence);
  if (shareMeasures) addPixelMeasures(shared, source, first);
  if (shareOrientation) addOrientation(shared, first);

  for (const SegmentFrame& frame : frames) {
    const SourceFrame& image = sourceOf(source, frame.slice, frame.phase);
    DcmItem& groups = addItem(dataset, DCM_PerFrameFunctionalGroupsSequence);
    const Uint32 indices[] = {static_cast<Uint32>(frame.segmentNumber),
                              static_cast<Uint32>(frame.slice + 1),
                              static_cast<Uint32>(frame.phase + 1)};
    DcmItem& content = addItem(groups, DCM_FrameContentSequence);
    content.putAndInsertUint32Array(DCM_DimensionIndexValues, indices, withPhases ? 3 : 2);
    if (withPhases) {
      content.putAndInsertUint32(DCM_TemporalPositionIndex, static_cast<Uint32>(frame.phase + 1));
    }
    putText(addItem(groups, DCM_PlanePositionSequence), DCM_ImagePositionPatient,
            image.ImagePositionPatient);
    if (!shareMeasures) addPixelMeasures(groups, source, image);
    if (!shareOrientation) addOrientation(groups, image);
    putUint16(addItem(groups, DCM_SegmentIdentificationSequence), DCM_ReferencedSegmentNumber,
              static_cast<unsigned>(frame.segmentNumber));
    addDerivation(groups, image);
  }
}

void putFramePixels(DcmDataset& dataset, const LabelStack& labels,
                    const std::vector<KeySegment>& segments,
                    const std::vector<SegmentFrame>& frames) {
  const std::size_t bits = labels.frameSize() * frames.size();
  std::vector<Uint8> bytes((bits + 15) / 16 * 2);
  std::size_t bit = 0;
  for (const SegmentFrame& frame : frames) {
    const auto wanted = static_cast<std::uint8_t>(segments.at(frame.keySegment).structure);
    for (const std::uint8_t label : labels.frame(frame.slice, frame.phase)) {
      if (label == wanted) bytes[bit / 8] |= static_cast<Uint8>(1U << (bit % 8));
      ++bit;
    }
  }
  auto pixels = std::make_unique<DcmPixelData>(DcmTag(DCM_PixelData, EVR_OB));
  if (pixels->putUint8Array(bytes.data(), bytes.size()).bad() ||
      dataset.insert(pixels.get(), OFTrue).bad()) {
    throw Error("DCMTK refuses the pixels of the segmentation");
  }
  [[maybe_unused]] const DcmPixelData* const owned = pixels.release();
}

}  // namespace cmr
