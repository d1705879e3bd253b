#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <set>

#include "analysis/errors.h"
#include "analysis/program.h"
#include "dicom_sr/codes.h"
#include "dicom_sr/content_creator.h"
#include "dicom_sr/identity.h"
#include "dicom_sr/image_references.h"
#include "dicom_sr/key_segments.h"
#include "dicom_sr/parametric_map.h"
#include "dicom_sr/report_parts.h"
#include "dicom_sr/write_dataset.h"
#include "dicom_sr/write_header.h"

namespace cmr {
namespace {

constexpr const char* frameType = "DERIVED\\PRIMARY\\CARDIAC\\NONE";

const Code quantityName{"246205007", "SCT", "Quantity"};
const Code heart{"80891009", "SCT", "Heart"};

// CID 7203 (Image Derivation, PS3.16) lists what is done to images; T1 (113063) is what comes of
// it, a quantity (CID 7180). Nothing in it is a fit of relaxation times; the group is extensible,
// so the concept is one of our own.
const Code relaxationFit{"relaxation-fit", "99CMR", "Relaxation time fit"};

void requireFitting(const SeriesStack& source, const QuantityMap& map) {
  const ImageStack& stack = source.stack;
  const std::size_t pixels =
      static_cast<std::size_t>(stack.rows) * static_cast<std::size_t>(stack.columns);
  if (map.planes.empty()) throw InputError("the map holds no plane");
  std::set<int> slices;
  for (const MapPlane& plane : map.planes) {
    const bool fits = plane.slice >= 0 && plane.slice < stack.sliceCount &&
                      plane.values.size() == pixels && slices.insert(plane.slice).second;
    if (!fits) throw InputError("a plane of the map does not lie on the grid of the images");
  }
  if (source.FrameOfReferenceUID.empty()) {
    throw InputError("the images have no frame of reference, which a parametric map needs");
  }
}

void putDouble(DcmItem& item, const DcmTagKey& tag, double value) {
  if (item.putAndInsertFloat64(tag, value).bad()) throw Error("DCMTK refuses a number of the map");
}

void putTag(DcmItem& item, const DcmTagKey& tag, const DcmTagKey& value) {
  if (item.putAndInsertTagKey(tag, value).bad()) throw Error("DCMTK refuses a dimension pointer");
}

// What stands where there is no number: no relaxation time is 0 (PS3.3 C.7.6.24).
constexpr float padding = 0;

void putPadding(DcmDataset& dataset) {
  // The range of one value: dciodvfy asks for its other end as well.
  for (const DcmTagKey& tag : {DCM_FloatPixelPaddingValue, DCM_FloatPixelPaddingRangeLimit}) {
    if (dataset.putAndInsertFloat32(tag, padding).bad()) {
      throw Error("DCMTK refuses the padding of the map");
    }
  }
}

// PS3.3 C.8.32.2, C.7.6.24.
void putImage(DcmDataset& dataset, const SeriesStack& source, const QuantityMap& map) {
  putText(dataset, DCM_ImageType, frameType);
  putText(dataset, DCM_BodyPartExamined, "HEART");
  putUint16(dataset, DCM_SamplesPerPixel, 1);
  putText(dataset, DCM_PhotometricInterpretation, "MONOCHROME2");
  putText(dataset, DCM_NumberOfFrames, std::to_string(map.planes.size()));
  putUint16(dataset, DCM_Rows, static_cast<unsigned>(source.stack.rows));
  putUint16(dataset, DCM_Columns, static_cast<unsigned>(source.stack.columns));
  putUint16(dataset, DCM_BitsAllocated, 32);
  putPadding(dataset);
  putText(dataset, DCM_ContentQualification, "RESEARCH");
  putText(dataset, DCM_ContentLabel, "CMR_MAP");
  putText(dataset, DCM_ContentDescription,
          plainText(map.label + ". Fitted, not verified. " + researchNotice, 64));
  putText(dataset, DCM_ContentCreatorName, contentCreator);
  putText(dataset, DCM_DerivationDescription, plainText(map.description, 1024));
  putText(dataset, DCM_BurnedInAnnotation, "NO");
  putText(dataset, DCM_RecognizableVisualFeatures, "NO");
  putText(dataset, DCM_PresentationLUTShape, "IDENTITY");
  putLossyCompression(dataset, source);
  putEmptySequence(dataset, DCM_AcquisitionContextSequence);
  putText(dataset, DCM_FrameOfReferenceUID, source.FrameOfReferenceUID);
  dataset.insertEmptyElement(DCM_PositionReferenceIndicator);
}

void putDimensions(DcmDataset& dataset, const std::string& uid) {
  putText(addItem(dataset, DCM_DimensionOrganizationSequence), DCM_DimensionOrganizationUID, uid);
  DcmItem& item = addItem(dataset, DCM_DimensionIndexSequence);
  putText(item, DCM_DimensionOrganizationUID, uid);
  putTag(item, DCM_DimensionIndexPointer, DCM_ImagePositionPatient);
  putTag(item, DCM_FunctionalGroupPointer, DCM_PlanePositionSequence);
  putText(item, DCM_DimensionDescriptionLabel, "Slice position");
}

// PS3.3 C.7.6.16.2.11: the pixels are the numbers.
void putRealWorldValues(DcmItem& shared, const QuantityMap& map) {
  DcmItem& item = addItem(shared, DCM_RealWorldValueMappingSequence);
  float smallest = std::numeric_limits<float>::max();
  float largest = padding;
  for (const MapPlane& plane : map.planes) {
    for (const float value : plane.values) {
      if (!std::isfinite(value) || value == padding) continue;
      smallest = std::min(smallest, value);
      largest = std::max(largest, value);
    }
  }
  putDouble(item, DCM_DoubleFloatRealWorldValueFirstValueMapped,
            static_cast<double>(std::min(smallest, largest)));
  putDouble(item, DCM_DoubleFloatRealWorldValueLastValueMapped, static_cast<double>(largest));
  putDouble(item, DCM_RealWorldValueIntercept, 0);
  putDouble(item, DCM_RealWorldValueSlope, 1);
  putText(item, DCM_LUTExplanation, plainText(map.label + " in " + map.unit.meaning, 64));
  putText(item, DCM_LUTLabel, plainText(map.label, 16));
  addCode(item, DCM_MeasurementUnitsCodeSequence, map.unit);
  DcmItem& quantity = addItem(item, DCM_QuantityDefinitionSequence);
  putText(quantity, DCM_ValueType, "CODE");
  addCode(quantity, DCM_ConceptNameCodeSequence, quantityName);
  addCode(quantity, DCM_ConceptCodeSequence, map.quantity);
}

void putShared(DcmDataset& dataset, const SeriesStack& source, const QuantityMap& map) {
  const SourceFrame& first = sourceOf(source, map.planes.front().slice, 0);
  DcmItem& shared = addItem(dataset, DCM_SharedFunctionalGroupsSequence);
  DcmItem& measures = addItem(shared, DCM_PixelMeasuresSequence);
  putText(measures, DCM_PixelSpacing, first.PixelSpacing);
  if (!first.SliceThickness.empty()) putText(measures, DCM_SliceThickness, first.SliceThickness);
  putText(addItem(shared, DCM_PlaneOrientationSequence), DCM_ImageOrientationPatient,
          first.ImageOrientationPatient);
  DcmItem& anatomy = addItem(shared, DCM_FrameAnatomySequence);
  addCode(anatomy, DCM_AnatomicRegionSequence, heart);
  putText(anatomy, DCM_FrameLaterality, "U");
  DcmItem& identity = addItem(shared, DCM_PixelValueTransformationSequence);
  putText(identity, DCM_RescaleIntercept, "0");
  putText(identity, DCM_RescaleSlope, "1");
  putText(identity, DCM_RescaleType, "US");
  DcmItem& window = addItem(shared, DCM_FrameVOILUTSequence);
  putText(window, DCM_WindowCenter, decimalString((map.windowLow + map.windowHigh) / 2));
  putText(window, DCM_WindowWidth, decimalString(map.windowHigh - map.windowLow));
  putText(addItem(shared, DCM_ParametricMapFrameTypeSequence), DCM_FrameType, frameType);
  putRealWorldValues(shared, map);
}

void addFrame(DcmDataset& dataset, const SeriesStack& source, const QuantityMap& map,
              const MapPlane& plane, Uint32 index) {
  DcmItem& groups = addItem(dataset, DCM_PerFrameFunctionalGroupsSequence);
  DcmItem& content = addItem(groups, DCM_FrameContentSequence);
  content.putAndInsertUint32Array(DCM_DimensionIndexValues, &index, 1);
  putText(addItem(groups, DCM_PlanePositionSequence), DCM_ImagePositionPatient,
          sourceOf(source, plane.slice, 0).ImagePositionPatient);
  DcmItem& derivation = addItem(groups, DCM_DerivationImageSequence);
  putText(derivation, DCM_DerivationDescription, plainText(map.description, 1024));
  addCode(derivation, DCM_DerivationCodeSequence, map.derivation);
  for (int phase = 0; phase < source.stack.phaseCount; ++phase) {
    DcmItem& reference = addImageReference(derivation, DCM_SourceImageSequence,
                                           sourceOf(source, plane.slice, phase));
    putText(reference, DCM_SpatialLocationsPreserved, "YES");
    addCode(reference, DCM_PurposeOfReferenceCodeSequence, codes::sourceImage);
  }
}

void putReferencedSeries(DcmDataset& dataset, const SeriesStack& source, const QuantityMap& map) {
  std::map<std::string, std::vector<SourceFrame>> bySeries;
  for (const MapPlane& plane : map.planes) {
    for (int phase = 0; phase < source.stack.phaseCount; ++phase) {
      const SourceFrame& image = sourceOf(source, plane.slice, phase);
      bySeries[image.SeriesInstanceUID].push_back(image);
    }
  }
  for (const auto& [uid, images] : bySeries) {
    DcmItem& series = addItem(dataset, DCM_ReferencedSeriesSequence);
    putText(series, DCM_SeriesInstanceUID, uid);
    for (const SourceFrame& image : uniqueInstances(images)) {
      addImageReference(series, DCM_ReferencedInstanceSequence, image);
    }
  }
}

void putPixels(DcmDataset& dataset, const QuantityMap& map) {
  std::vector<Float32> values;
  for (const MapPlane& plane : map.planes) {
    for (const float value : plane.values) values.push_back(std::isfinite(value) ? value : padding);
  }
  auto pixels = std::make_unique<DcmOtherFloat>(DCM_FloatPixelData);
  if (pixels->putFloat32Array(values.data(), static_cast<unsigned long>(values.size())).bad() ||
      dataset.insert(pixels.get(), OFTrue).bad()) {
    throw Error("DCMTK refuses the pixels of the map");
  }
  [[maybe_unused]] const DcmElement* const owned = pixels.release();
}

}  // namespace

QuantityMap fittedT1(const ImageStack& fitted) {
  QuantityMap map{"T1",
                  {"113063", "DCM", "T1"},
                  relaxationFit,
                  {"ms", "UCUM", "millisecond"},
                  "T1 by a fit of three parameters to inversion recovery images with the sign "
                  "restored (Nekolla et al., JCAT 1992;16:327), Look-Locker correction (Deichmann "
                  "and Haase, JMR 1992;96:608). 0, the padding value, where nothing could be "
                  "fitted or the curve misses the "
                  "images.",
                  0,
                  2000,
                  {}};
  for (int slice = 0; slice < fitted.sliceCount; ++slice) {
    map.planes.push_back({slice, fitted.frame(slice, 0).pixels});
  }
  return map;
}

ProducedObject writeParametricMap(const SeriesStack& source, const QuantityMap& map,
                                  const OutputContext& context) {
  requireFitting(source, map);
  const ObjectIdentity identity{UID_ParametricMapStorage,
                                outputUid(source, context, "map/instance/" + map.label),
                                outputUid(source, context, "map/series/" + map.label),
                                "MR",
                                map.label + " map, fitted, not verified",
                                parametricMapSeriesNumber};
  DcmDataset dataset;
  std::vector<std::string> notes = copyPatientAndStudy(source, dataset);
  putHeader(dataset, source, identity, context,
            context.packageSha256.empty() ? "no package"
                                          : "package " + context.packageSha256.substr(0, 16));
  putOwnCodingScheme(dataset);
  putImage(dataset, source, map);
  putDimensions(dataset, outputUid(source, context, "map/dimensions/" + map.label));
  putShared(dataset, source, map);
  Uint32 index = 0;
  for (const MapPlane& plane : map.planes) addFrame(dataset, source, map, plane, ++index);
  putReferencedSeries(dataset, source, map);
  putPixels(dataset, map);
  return finishObject(dataset, ObjectKind::parametricMap, identity, std::move(notes));
}

}  // namespace cmr
