// Measurement report: TID 1500 in a Comprehensive SR (PS3.3 A.35.3). Every group is a TID 1410
// with a polyline: OHIF shows nothing at all of a report with groups of another kind in it.
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "analysis/program.h"
#include "dicom_sr/codes.h"
#include "dicom_sr/content_items.h"
#include "dicom_sr/identity.h"
#include "dicom_sr/image_references.h"
#include "dicom_sr/measurement_text.h"
#include "dicom_sr/report_codes.h"
#include "dicom_sr/report_comments.h"
#include "dicom_sr/report_numbers.h"
#include "dicom_sr/report_parts.h"
#include "dicom_sr/segment_codes.h"
#include "dicom_sr/short_names.h"
#include "dicom_sr/write_dataset.h"
#include "dicom_sr/write_header.h"
#include "dicom_sr/writers.h"

namespace cmr {
namespace {

struct Report {
  const SeriesStack& source;
  const SaxAnalysis& analysis;
  const OutputContext& context;
};

// The images that the report speaks of: both key phases, and what any number was computed from.
std::vector<SourceFrame> reportImages(const Report& report) {
  std::set<std::size_t> indices;
  const ImageStack& stack = report.source.stack;
  for (int slice = 0; slice < stack.sliceCount; ++slice) {
    for (const int phase : {report.analysis.endDiastolePhase, report.analysis.endSystolePhase}) {
      indices.insert(stack.frame(slice, phase).sourceIndex);
    }
  }
  for (const Measurement& measurement : report.analysis.measurements) {
    for (const std::size_t index : measurement.sourceFrames) {
      if (index < report.source.sources.size()) indices.insert(index);
    }
  }
  std::vector<SourceFrame> images;
  for (const std::size_t index : indices) images.push_back(report.source.sources[index]);
  return images;
}

void putEvidence(DcmDataset& dataset, const Report& report,
                 const std::vector<ProducedObject>& segmentations) {
  addEvidence(dataset, DCM_CurrentRequestedProcedureEvidenceSequence,
              report.source.StudyInstanceUID, reportImages(report), segmentations);
}

void addAlgorithm(DcmItem& parent, const Report& report, const std::string& parameters) {
  addTextItem(parent, Relation::hasConceptMod, codes::algorithmName,
              std::string(programName) + ", package " + packageTitle(report.analysis.package));
  addTextItem(parent, Relation::hasConceptMod, codes::algorithmVersion,
              std::string(programVersion) + ", package SHA-256 " + report.context.packageSha256);
  if (parameters.empty()) return;
  addTextItem(parent, Relation::hasConceptMod, codes::algorithmParameters, parameters);
}

bool isRelaxationTime(const Measurement& measurement) {
  return measurement.id.starts_with("t1") || measurement.id.starts_with("t2");
}

bool isOfMuscle(const Measurement& measurement) {
  return isRelaxationTime(measurement) || measurement.id.starts_with("lge.") ||
         measurement.id.starts_with("ecv.");
}

// Which statistic of a region's pixels a relaxation time is (TID 1419, CID 7464).
const Code& derivationOf(const Measurement& measurement) {
  if (measurement.id.ends_with(".q1")) return codes::lowerQuartile;
  return measurement.id.ends_with(".q3") ? codes::upperQuartile : codes::median;
}

Code siteOf(const Measurement& measurement) {
  if (const int segment = segmentOf(measurement.id); segment > 0) return ahaCode(segment);
  if (measurement.id.starts_with("rv")) return codes::rightVentricle;
  if (measurement.id.starts_with("lax.la.")) return codes::leftAtrium;
  if (measurement.id.starts_with("lax.ra.")) return codes::rightAtrium;
  if (measurement.id.ends_with(".blood")) return codes::leftVentricle;
  if (isOfMuscle(measurement)) return codes::lvMyocardium;
  const auto isOf = [&](const char* part) {
    return measurement.id.find(part) != std::string::npos;
  };
  return isOf("mass") || isOf("wall") ? codes::lvMyocardium : codes::leftVentricle;
}

// Only what has a value: viewers stumble over a NUM without one (OHIF reads its unit all the same),
// so what could not be measured is said in words, with the reason, among the evaluations.
void addMeasurement(DcmItem& group, const Report& report, const Measurement& measurement) {
  DcmItem& num = addNumItem(group, shortConcept(measurement), *measurement.value, measurement.unit);
  if (!measurement.indexedFrom.empty()) {
    addCodeItem(num, Relation::hasConceptMod, codes::index, codes::bodySurface);
  }
  if (isRelaxationTime(measurement)) {
    addCodeItem(num, Relation::hasConceptMod, codes::derivation, derivationOf(measurement));
  }
  if (measurement.id.starts_with("lv") || measurement.id.starts_with("rv") ||
      measurement.id.starts_with("lax.") || isOfMuscle(measurement)) {
    addCodeItem(num, Relation::hasConceptMod, codes::findingSite, siteOf(measurement));
  }
  addAlgorithm(num, report, methodSentence(measurement));
}

void addArea(DcmItem& group, const ReportContour& contour) {
  DcmItem& num = addNumItem(group, codes::area, std::round(contour.areaMm2 * 10) / 10,
                            codes::squareMillimetre);
  addCodeItem(num, Relation::hasConceptMod, codes::findingSite, contour.segment.type);
}

// The finding site stands on the numbers, which TID 1419 allows as TID 1410 does on the group: OHIF
// would print that of a group beside the outline, by its code instead of its name.
void addGroup(DcmItem& measurements, const Report& report, const ReportContour& contour,
              const OutlineNumbers& numbers) {
  DcmItem& group = addContainer(measurements, codes::measurementGroup);
  putTemplate(group, "1410");
  addTextItem(group, Relation::hasObsContext, codes::trackingIdentifier, contour.label);
  addUidItem(group, Relation::hasObsContext, codes::trackingUid,
             outputUid(report.source, report.context, contour.trackingKey));
  addCodeItem(group, Relation::contains, codes::finding, contour.segment.type);
  if (!report.analysis.isStill) {
    addTextItem(group, Relation::hasObsContext, codes::timePoint,
                contour.segment.isEndDiastole ? "End-diastole" : "End-systole");
  }
  DcmItem& region = addPolylineItem(group, codes::imageRegion, contour.columnsAndRows);
  addImageItem(region, Relation::selectedFrom, &codes::originalSource,
               sourceOf(report.source, contour.slice, contour.segment.phase));
  for (const Measurement* const measurement : numbers.measurements) {
    addMeasurement(group, report, *measurement);
  }
  if (numbers.hasArea) addArea(group, contour);
}

void addMeasurements(DcmItem& root, const Report& report) {
  const std::vector<ReportContour> contours = reportContours(report.source, report.analysis);
  if (contours.empty()) return;
  DcmItem& measurements = addContainer(root, codes::imagingMeasurements);
  addAlgorithm(measurements, report, "");
  for (const OutlineNumbers& numbers : placeNumbers(contours, report.analysis)) {
    addGroup(measurements, report, contours[numbers.contour], numbers);
  }
}

void addComments(DcmItem& root, const Report& report) {
  DcmItem& evaluations = addContainer(root, codes::qualitativeEvaluations);
  for (const std::string& comment : reportComments(report.analysis)) {
    addTextItem(evaluations, Relation::contains, codes::comment, comment);
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
  const Report report{source, analysis, context};
  DcmDataset dataset;
  std::vector<std::string> notes = copyPatientAndStudy(source, dataset);
  putHeader(dataset, source, identity, context, packageTitle(analysis.package));
  putOwnCodingScheme(dataset);
  putReportDocument(dataset);
  putEvidence(dataset, report, segmentations);
  addReportContext(dataset, packageTitle(analysis.package));
  addImageLibrary(dataset, reportImages(report));
  addMeasurements(dataset, report);
  addComments(dataset, report);
  return finishObject(dataset, ObjectKind::structuredReport, identity, std::move(notes));
}

}  // namespace cmr
