#include "plugin/write_objects.h"

#include <utility>

#include "dicom_sr/contour_cine.h"
#include "dicom_sr/parametric_map.h"
#include "dicom_sr/presentation_state.h"
#include "dicom_sr/wall_page.h"
#include "dicom_sr/writers.h"
#include "plugin/wanted_objects.h"

namespace cmr {

namespace {

// A phase is a picture of 0.4 MB, packed, all of which are in memory at once.
constexpr int longestCine = 400;

}  // namespace

std::vector<ProducedObject> writeObjects(const SeriesStack& source, const SaxAnalysis& analysis,
                                         const OutputContext& context,
                                         const std::vector<std::string>& outputs,
                                         const SeriesStack* inversionImages) {
  const auto wants = [&](ObjectKind kind) { return isWanted(kind, outputs); };
  const bool hasPhases = !analysis.isStill && source.stack.phaseCount > 1;
  std::vector<ProducedObject> objects;
  if (wants(ObjectKind::segmentation)) objects = writeSegmentation(source, analysis, context);
  const std::vector<ProducedObject> segmentations = objects;  // what the reports refer to
  if (wants(ObjectKind::resultPage)) {
    objects.push_back(writeResultPage(source, drawResultPage(source, analysis, context), context));
  }
  if (wants(ObjectKind::wallPage) && hasWallPage(source, analysis)) {
    objects.push_back(writeWallPage(source, drawWallPage(source, analysis, context), context));
  }
  if (wants(ObjectKind::contourCine) && hasPhases && source.stack.phaseCount <= longestCine) {
    objects.push_back(writeContourCine(source, drawContourCine(source, analysis), context));
  }
  if (wants(ObjectKind::wholeCine) && hasPhases) {
    for (ProducedObject& object : writeWholeCineSegmentation(source, analysis, context)) {
      objects.push_back(std::move(object));
    }
  }
  if (wants(ObjectKind::presentationState) && hasOutlines(source, analysis)) {
    objects.push_back(writePresentationState(source, analysis, context));
  }
  if (wants(ObjectKind::parametricMap) && inversionImages != nullptr &&
      !inversionImages->FrameOfReferenceUID.empty()) {
    objects.push_back(writeParametricMap(*inversionImages, fittedT1(source.stack), context));
  }
  if (wants(ObjectKind::document)) {
    objects.push_back(writeDocument(source, drawResultPdf(source, analysis, context),
                                    resultPageTitle(analysis), context));
  }
  if (wants(ObjectKind::volumeReport)) {
    objects.push_back(writeVolumeReport(source, analysis, context, segmentations));
  }
  if (wants(ObjectKind::structuredReport)) {
    objects.push_back(writeStructuredReport(source, analysis, context, segmentations));
  }
  return objects;
}

}  // namespace cmr
