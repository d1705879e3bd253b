#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <set>

#include "analysis/errors.h"
#include "analysis/program.h"
#include "dicom_sr/content_creator.h"
#include "dicom_sr/identity.h"
#include "dicom_sr/image_references.h"
#include "dicom_sr/key_segments.h"
#include "dicom_sr/lab_color.h"
#include "dicom_sr/presentation_greys.h"
#include "dicom_sr/presentation_state.h"
#include "dicom_sr/report_contours.h"
#include "dicom_sr/write_dataset.h"
#include "dicom_sr/write_header.h"

namespace cmr {
namespace {

struct Layer {
  Structure structure;
  const char* name;
  const char* description;
};

constexpr Layer layers[] = {{Structure::lvCavity, "LV_ENDOCARDIUM", "LV endocardium"},
                            {Structure::lvMyocardium, "LV_EPICARDIUM", "LV epicardium"},
                            {Structure::rvCavity, "RV_ENDOCARDIUM", "RV endocardium"}};

const char* layerOf(Structure structure) {
  for (const Layer& layer : layers) {
    if (layer.structure == structure) return layer.name;
  }
  throw InputError("a structure without a layer of its own");
}

const SourceFrame& imageOf(const SeriesStack& source, const ReportContour& contour) {
  return sourceOf(source, contour.slice, contour.segment.phase);
}

// Each once, in the order of the outlines.
std::vector<SourceFrame> imagesOf(const SeriesStack& source,
                                  const std::vector<ReportContour>& contours) {
  std::vector<SourceFrame> images;
  std::set<std::pair<std::string, int>> seen;
  for (const ReportContour& contour : contours) {
    const SourceFrame& image = imageOf(source, contour);
    if (seen.insert({image.SOPInstanceUID, image.frameNumber}).second) images.push_back(image);
  }
  return images;
}

// PS3.3 C.11.11.
void putReferences(DcmDataset& dataset, const std::vector<SourceFrame>& images) {
  std::map<std::string, std::vector<SourceFrame>> bySeries;
  for (const SourceFrame& image : images) bySeries[image.SeriesInstanceUID].push_back(image);
  for (const auto& [uid, ofSeries] : bySeries) {
    DcmItem& series = addItem(dataset, DCM_ReferencedSeriesSequence);
    putText(series, DCM_SeriesInstanceUID, uid);
    for (const SourceFrame& image : ofSeries) {
      addImageReference(series, DCM_ReferencedImageSequence, image);
    }
  }
}

void putCorner(DcmItem& item, const DcmTagKey& tag, int column, int row) {
  const Sint32 values[] = {column, row};
  auto corner = std::make_unique<DcmSignedLong>(tag);
  if (corner->putSint32Array(values, 2).bad() || item.insert(corner.get(), OFTrue).bad()) {
    throw Error("DCMTK refuses a corner of the displayed area");
  }
  [[maybe_unused]] const DcmElement* const owned = corner.release();
}

// The whole of every image: PS3.3 C.10.4.
void putDisplayedArea(DcmDataset& dataset, const SeriesStack& source) {
  DcmItem& area = addItem(dataset, DCM_DisplayedAreaSelectionSequence);
  putCorner(area, DCM_DisplayedAreaTopLeftHandCorner, 1, 1);
  putCorner(area, DCM_DisplayedAreaBottomRightHandCorner, source.stack.columns, source.stack.rows);
  putText(area, DCM_PresentationSizeMode, "SCALE TO FIT");
  putText(area, DCM_PresentationPixelSpacing, source.sources.front().PixelSpacing);
}

void addPolyline(DcmItem& annotation, const ReportContour& contour) {
  DcmItem& object = addItem(annotation, DCM_GraphicObjectSequence);
  putText(object, DCM_GraphicAnnotationUnits, "PIXEL");
  putUint16(object, DCM_GraphicDimensions, 2);
  putUint16(object, DCM_NumberOfGraphicPoints,
            static_cast<unsigned>(contour.columnsAndRows.size() / 2));
  // From the corner of the first pixel, as in the report (PS3.3 C.10.5.1.2).
  if (object
          .putAndInsertFloat32Array(DCM_GraphicData, contour.columnsAndRows.data(),
                                    static_cast<unsigned long>(contour.columnsAndRows.size()))
          .bad()) {
    throw Error("DCMTK refuses the points of an outline");
  }
  putText(object, DCM_GraphicType, "POLYLINE");
  putText(object, DCM_GraphicFilled, "N");
}

void putAnnotations(DcmDataset& dataset, const SeriesStack& source,
                    const std::vector<ReportContour>& contours) {
  for (const ReportContour& contour : contours) {
    DcmItem& annotation = addItem(dataset, DCM_GraphicAnnotationSequence);
    addImageReference(annotation, DCM_ReferencedImageSequence, imageOf(source, contour));
    putText(annotation, DCM_GraphicLayer, layerOf(contour.segment.structure));
    addPolyline(annotation, contour);
  }
}

void putLayers(DcmDataset& dataset, const std::vector<ReportContour>& contours) {
  int order = 0;
  for (const Layer& layer : layers) {
    const auto isOfLayer = [&](const ReportContour& contour) {
      return contour.segment.structure == layer.structure;
    };
    if (std::none_of(contours.begin(), contours.end(), isOfLayer)) continue;
    DcmItem& item = addItem(dataset, DCM_GraphicLayerSequence);
    putText(item, DCM_GraphicLayer, layer.name);
    putText(item, DCM_GraphicLayerOrder, std::to_string(++order));
    const std::array<std::uint16_t, 3> lab = dicomLabOf(structureColor(layer.structure));
    item.putAndInsertUint16Array(DCM_GraphicLayerRecommendedDisplayCIELabValue, lab.data(), 3);
    putText(item, DCM_GraphicLayerDescription, layer.description);
  }
}

}  // namespace

bool hasOutlines(const SeriesStack& source, const SaxAnalysis& analysis) {
  return !reportContours(source, analysis).empty();
}

ProducedObject writePresentationState(const SeriesStack& source, const SaxAnalysis& analysis,
                                      const OutputContext& context) {
  requireFit(source, analysis);
  const std::vector<ReportContour> contours = reportContours(source, analysis);
  if (contours.empty()) throw InputError("there is no outline for a presentation state");
  const ObjectIdentity identity{UID_GrayscaleSoftcopyPresentationStateStorage,
                                outputUid(source, context, "contours/instance"),
                                outputUid(source, context, "contours/series"),
                                "PR",
                                "AI contours, not verified",
                                presentationStateSeriesNumber};
  DcmDataset dataset;
  std::vector<std::string> notes = copyPatientAndStudy(source, dataset);
  putHeader(dataset, source, identity, context, packageTitle(analysis.package));
  // A presentation state has dates of its own (PS3.3 C.11.10).
  delete dataset.remove(DCM_ContentDate);
  delete dataset.remove(DCM_ContentTime);
  putText(dataset, DCM_BodyPartExamined, "HEART");
  putText(dataset, DCM_ContentLabel, "CMR_CONTOURS");
  putText(dataset, DCM_ContentDescription,
          plainText(std::string("AI result, not verified. ") + researchNotice, 64));
  putText(dataset, DCM_PresentationCreationDate, dateOf(context));
  putText(dataset, DCM_PresentationCreationTime, timeOf(context));
  putText(dataset, DCM_ContentCreatorName, contentCreator);
  const std::vector<SourceFrame> images = imagesOf(source, contours);
  putReferences(dataset, images);
  putDisplayedArea(dataset, source);
  putAnnotations(dataset, source, contours);
  putLayers(dataset, contours);
  const std::vector<std::string> greys = putGreyValues(dataset, images);
  notes.insert(notes.end(), greys.begin(), greys.end());
  putText(dataset, DCM_PresentationLUTShape, "IDENTITY");
  return finishObject(dataset, ObjectKind::presentationState, identity, std::move(notes));
}

}  // namespace cmr
