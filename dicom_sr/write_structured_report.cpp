// Measurement report: TID 1500 in a Comprehensive SR (PS3.3 A.35.3). Every group is a TID 1410
// with a polyline: OHIF shows nothing at all of a report with groups of another kind in it.
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <cmath>

#include "dicom_sr/codes.h"
#include "dicom_sr/content_items.h"
#include "dicom_sr/identity.h"
#include "dicom_sr/report_codes.h"
#include "dicom_sr/report_comments.h"
#include "dicom_sr/report_numbers.h"
#include "dicom_sr/report_parts.h"
#include "dicom_sr/series_report.h"
#include "dicom_sr/writers.h"

namespace cmr {
namespace {

void addArea(DcmItem& group, const ReportContour& contour) {
  DcmItem& num = addNumItem(group, codes::area, std::round(contour.areaMm2 * 10) / 10,
                            codes::squareMillimetre);
  addCodeItem(num, Relation::hasConceptMod, codes::findingSite, contour.segment.type);
}

// The finding site stands on the numbers, which TID 1419 allows as TID 1410 does on the group: OHIF
// would print that of a group beside the outline, by its code instead of its name.
void addContour(DcmItem& measurements, const SeriesReport& report, const ReportContour& contour,
                const OutlineNumbers& numbers) {
  DcmItem& group =
      addGroup(measurements, report,
               {"1410", contour.label, contour.trackingKey, &contour.segment.type,
                report.analysis.isStill ? "" : timePointOf(contour.segment.isEndDiastole)});
  DcmItem& region = addPolylineItem(group, codes::imageRegion, contour.columnsAndRows);
  addImageItem(region, Relation::selectedFrom, &codes::originalSource,
               sourceOf(report.source, contour.slice, contour.segment.phase));
  for (const Measurement* const measurement : numbers.measurements) {
    addMeasurement(group, report, *measurement);
  }
  if (numbers.hasArea) addArea(group, contour);
}

void addMeasurements(DcmItem& root, const SeriesReport& report) {
  const std::vector<ReportContour> contours = reportContours(report.source, report.analysis);
  if (contours.empty()) return;
  DcmItem& measurements = addImagingMeasurements(root, report);
  for (const OutlineNumbers& numbers : placeNumbers(contours, report.analysis)) {
    addContour(measurements, report, contours[numbers.contour], numbers);
  }
}

}  // namespace

ProducedObject writeStructuredReport(const SeriesStack& source, const SaxAnalysis& analysis,
                                     const OutputContext& context,
                                     const std::vector<ProducedObject>& segmentations) {
  requireFit(source, analysis);
  const ObjectIdentity identity{UID_ComprehensiveSRStorage,
                                outputUid(source, context, "sr/instance"),
                                outputUid(source, context, "sr/series"),
                                "SR",
                                "AI measurements, not verified",
                                reportSeriesNumber};
  const SeriesReport report{source, analysis, context};
  DcmDataset dataset;
  std::vector<std::string> notes = beginReport(dataset, report, identity, segmentations);
  addMeasurements(dataset, report);
  addComments(dataset, reportComments(analysis));
  return finishObject(dataset, ObjectKind::structuredReport, identity, std::move(notes));
}

}  // namespace cmr
