// SEG: PS3.3 A.51 and C.8.20. Every frame names the one image that it was made from, so that
// viewers of cine need not guess by position.
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <algorithm>
#include <memory>
#include <set>

#include "analysis/errors.h"
#include "analysis/program.h"
#include "dicom_sr/codes.h"
#include "dicom_sr/content_creator.h"
#include "dicom_sr/identity.h"
#include "dicom_sr/image_references.h"
#include "dicom_sr/key_segments.h"
#include "dicom_sr/lab_color.h"
#include "dicom_sr/segment_frames.h"
#include "dicom_sr/segment_references.h"
#include "dicom_sr/write_dataset.h"
#include "dicom_sr/write_header.h"
#include "dicom_sr/writers.h"

namespace cmr {
namespace {

void putImageModules(DcmDataset& dataset, const SeriesStack& source, std::size_t frames) {
  putText(dataset, DCM_ImageType, "DERIVED\\PRIMARY");
  putText(dataset, DCM_BodyPartExamined, "HEART");
  putUint16(dataset, DCM_SamplesPerPixel, 1);
  putText(dataset, DCM_PhotometricInterpretation, "MONOCHROME2");
  putUint16(dataset, DCM_Rows, static_cast<unsigned>(source.stack.rows));
  putUint16(dataset, DCM_Columns, static_cast<unsigned>(source.stack.columns));
  putUint16(dataset, DCM_BitsAllocated, 1);
  putUint16(dataset, DCM_BitsStored, 1);
  putUint16(dataset, DCM_HighBit, 0);
  putUint16(dataset, DCM_PixelRepresentation, 0);
  putText(dataset, DCM_NumberOfFrames, std::to_string(frames));
  putText(dataset, DCM_SegmentationType, "BINARY");
  putText(dataset, DCM_ContentLabel, "CMR_SAX");
  putText(dataset, DCM_ContentDescription,
          plainText(std::string("AI result, not verified. ") + researchNotice, 64));
  putText(dataset, DCM_ContentCreatorName, contentCreator);
  putLossyCompression(dataset, source);
  if (source.FrameOfReferenceUID.empty()) return;  // PS3.3 A.51.3: then there is no such module
  putText(dataset, DCM_FrameOfReferenceUID, source.FrameOfReferenceUID);
  dataset.insertEmptyElement(DCM_PositionReferenceIndicator);
}

void addSegment(DcmDataset& dataset, int number, const KeySegment& segment,
                const SeriesStack& source, const SaxAnalysis& analysis,
                const OutputContext& context) {
  DcmItem& item = addItem(dataset, DCM_SegmentSequence);
  const std::string algorithm =
      plainText(std::string(programName) + " " + packageTitle(analysis.package), 64);
  putUint16(item, DCM_SegmentNumber, static_cast<unsigned>(number));
  putText(item, DCM_SegmentLabel, segment.label);
  putText(item, DCM_SegmentDescription, plainText(segment.description, 1024));
  putText(item, DCM_SegmentAlgorithmType, "AUTOMATIC");
  putText(item, DCM_SegmentAlgorithmName, algorithm);
  addCode(item, DCM_SegmentedPropertyCategoryCodeSequence, codes::anatomicalStructure);
  addCode(item, DCM_SegmentedPropertyTypeCodeSequence, segment.type);
  const std::array<std::uint16_t, 3> lab = dicomLabOf(structureColor(segment.structure));
  item.putAndInsertUint16Array(DCM_RecommendedDisplayCIELabValue, lab.data(), 3);
  putText(item, DCM_TrackingID, segment.label);
  putText(item, DCM_TrackingUID, outputUid(source, context, trackingKeyOf(segment)));
  DcmItem& identification = addItem(item, DCM_SegmentationAlgorithmIdentificationSequence);
  addCode(identification, DCM_AlgorithmFamilyCodeSequence, codes::artificialIntelligence);
  putText(identification, DCM_AlgorithmName, algorithm);
  putText(identification, DCM_AlgorithmVersion,
          plainText(std::string(programVersion) + ", package " + analysis.package.version, 64));
  putText(identification, DCM_AlgorithmParameters,
          plainText("package SHA-256 " + context.packageSha256 + ", " + context.deviceAndPrecision +
                        ", settings " + context.settingsFingerprint,
                    1024));
}

// Only the segments that have frames in this object, numbered from 1 without gaps.
void putSegments(DcmDataset& dataset, const std::vector<SegmentFrame>& frames,
                 const std::vector<KeySegment>& segments, const SeriesStack& source,
                 const SaxAnalysis& analysis, const OutputContext& context) {
  int written = 0;
  for (const SegmentFrame& frame : frames) {
    if (frame.segmentNumber == written) continue;
    written = frame.segmentNumber;
    addSegment(dataset, written, segments.at(frame.keySegment), source, analysis, context);
  }
}

void putReferencedSeries(DcmDataset& dataset, const SeriesStack& source,
                         const std::vector<SegmentFrame>& frames, const std::string& seriesUid) {
  std::vector<SourceFrame> images;
  for (const SegmentFrame& frame : frames) {
    images.push_back(sourceOf(source, frame.slice, frame.phase));
  }
  DcmItem& series = addItem(dataset, DCM_ReferencedSeriesSequence);
  putText(series, DCM_SeriesInstanceUID, seriesUid);
  for (const SourceFrame& image : uniqueInstances(images)) {
    addImageReference(series, DCM_ReferencedInstanceSequence, image);
  }
}

constexpr const char* keyPhases = "seg";  // in the UIDs of the segmentation at ED and ES

std::string instanceUid(const SeriesStack& source, const OutputContext& context,
                        const std::string& uidKind, const std::string& seriesUid) {
  return outputUid(source, context, uidKind + "/instance/" + seriesUid);
}

std::set<std::string> seriesOf(const SeriesStack& source, const std::vector<KeySegment>& segments) {
  std::set<std::string> seriesUids;
  for (const KeySegment& segment : segments) {
    for (int slice = 0; slice < source.stack.sliceCount; ++slice) {
      seriesUids.insert(sourceOf(source, slice, segment.phase).SeriesInstanceUID);
    }
  }
  return seriesUids;
}

// What sets the segmentation of the key phases apart from that of the whole cine.
struct SegmentationNames {
  ObjectKind kind;
  std::string uidKind;
  const char* SeriesDescription;
  int seriesNumber;
  bool isWholeCine;
};

ProducedObject writeOne(const SeriesStack& source, const SaxAnalysis& analysis,
                        const OutputContext& context, const std::vector<KeySegment>& segments,
                        const std::string& seriesUid, int index, const SegmentationNames& names) {
  const ObjectIdentity identity{UID_SegmentationStorage,
                                instanceUid(source, context, names.uidKind, seriesUid),
                                outputUid(source, context, names.uidKind + "/series/" + seriesUid),
                                "SEG",
                                names.SeriesDescription,
                                names.seriesNumber + index};
  const std::vector<SegmentFrame> frames = names.isWholeCine
                                               ? wholeCineFrames(source, segments, seriesUid)
                                               : segmentFrames(source, segments, seriesUid);
  DcmDataset dataset;
  std::vector<std::string> notes = copyPatientAndStudy(source, dataset);
  putHeader(dataset, source, identity, context, packageTitle(analysis.package));
  putImageModules(dataset, source, frames.size());
  putSegments(dataset, frames, segments, source, analysis, context);
  putFunctionalGroups(dataset, source, frames,
                      outputUid(source, context, names.uidKind + "/dimensions/" + seriesUid),
                      names.isWholeCine);
  putReferencedSeries(dataset, source, frames, seriesUid);
  putFramePixels(dataset, analysis.labels, segments, frames);
  return finishObject(dataset, names.kind, identity, std::move(notes));
}

std::vector<ProducedObject> writeEach(const SeriesStack& source, const SaxAnalysis& analysis,
                                      const OutputContext& context,
                                      const std::vector<KeySegment>& segments,
                                      const std::set<std::string>& seriesUids,
                                      const SegmentationNames& names) {
  std::vector<ProducedObject> objects;
  for (const std::string& seriesUid : seriesUids) {
    objects.push_back(writeOne(source, analysis, context, segments, seriesUid,
                               static_cast<int>(objects.size()), names));
  }
  return objects;
}

}  // namespace

std::vector<ProducedObject> writeSegmentation(const SeriesStack& source,
                                              const SaxAnalysis& analysis,
                                              const OutputContext& context) {
  requireFit(source, analysis);
  const std::vector<KeySegment> segments = keySegments(analysis);
  return writeEach(source, analysis, context, segments, seriesOf(source, segments),
                   {ObjectKind::segmentation, keyPhases, "AI segmentation, not verified",
                    segmentationSeriesNumber, false});
}

std::vector<SegmentReference> segmentReferences(const SeriesStack& source,
                                                const SaxAnalysis& analysis,
                                                const OutputContext& context) {
  const std::vector<KeySegment> segments = keySegments(analysis);
  std::vector<SegmentReference> references;
  for (const std::string& seriesUid : seriesOf(source, segments)) {
    const std::string uid = instanceUid(source, context, keyPhases, seriesUid);
    int written = 0;
    for (const SegmentFrame& frame : segmentFrames(source, segments, seriesUid)) {
      if (frame.segmentNumber == written) continue;
      written = frame.segmentNumber;
      references.push_back({frame.keySegment, written, uid, seriesUid});
    }
  }
  return references;
}

std::vector<ProducedObject> writeWholeCineSegmentation(const SeriesStack& source,
                                                       const SaxAnalysis& analysis,
                                                       const OutputContext& context) {
  requireFit(source, analysis);
  const std::vector<KeySegment> segments = wholeCineSegments(analysis);
  if (segments.empty()) return {};
  std::set<std::string> seriesUids;
  for (int slice = 0; slice < source.stack.sliceCount; ++slice) {
    for (int phase = 0; phase < source.stack.phaseCount; ++phase) {
      seriesUids.insert(sourceOf(source, slice, phase).SeriesInstanceUID);
    }
  }
  return writeEach(source, analysis, context, segments, seriesUids,
                   {ObjectKind::wholeCine, "segcine",
                    "AI segmentation of every phase, not verified", wholeCineSeriesNumber, true});
}

}  // namespace cmr
