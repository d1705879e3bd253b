#include "dicom_sr/series_report.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <set>

#include "analysis/program.h"
#include "dicom_sr/codes.h"
#include "dicom_sr/content_items.h"
#include "dicom_sr/identity.h"
#include "dicom_sr/image_references.h"
#include "dicom_sr/key_segments.h"
#include "dicom_sr/report_codes.h"
#include "dicom_sr/report_comments.h"
#include "dicom_sr/report_numbers.h"
#include "dicom_sr/report_parts.h"
#include "dicom_sr/segment_codes.h"
#include "dicom_sr/short_names.h"
#include "dicom_sr/write_dataset.h"

namespace cmr {
namespace {

std::vector<SourceFrame> reportImages(const SeriesReport& report) {
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

void addAlgorithm(DcmItem& parent, const SeriesReport& report, const std::string& parameters) {
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

}  // namespace

std::vector<std::string> beginReport(DcmDataset& dataset, const SeriesReport& report,
                                     const ObjectIdentity& identity,
                                     const std::vector<ProducedObject>& segmentations) {
  const std::string package = packageTitle(report.analysis.package);
  const std::vector<SourceFrame> images = reportImages(report);
  std::vector<std::string> notes = copyPatientAndStudy(report.source, dataset);
  putHeader(dataset, report.source, identity, report.context, package);
  putOwnCodingScheme(dataset);
  putReportDocument(dataset);
  addEvidence(dataset, DCM_CurrentRequestedProcedureEvidenceSequence,
              report.source.StudyInstanceUID, images, segmentations);
  addReportContext(dataset, package);
  addImageLibrary(dataset, images);
  return notes;
}

DcmItem& addImagingMeasurements(DcmItem& root, const SeriesReport& report) {
  DcmItem& measurements = addContainer(root, codes::imagingMeasurements);
  addAlgorithm(measurements, report, "");
  return measurements;
}

DcmItem& addGroup(DcmItem& measurements, const SeriesReport& report, const GroupHead& head) {
  DcmItem& group = addContainer(measurements, codes::measurementGroup);
  putTemplate(group, head.templateId);
  addTextItem(group, Relation::hasObsContext, codes::trackingIdentifier, head.label);
  addUidItem(group, Relation::hasObsContext, codes::trackingUid,
             outputUid(report.source, report.context, head.trackingKey));
  if (head.finding != nullptr) {
    addCodeItem(group, Relation::contains, codes::finding, *head.finding);
  }
  if (!head.timePoint.empty()) {
    addTextItem(group, Relation::hasObsContext, codes::timePoint, head.timePoint);
  }
  return group;
}

const char* timePointOf(bool isEndDiastole) {
  return isEndDiastole ? "End-diastole" : "End-systole";
}

const Code* siteOf(const Measurement& measurement) {
  if (const int segment = segmentOf(measurement.id); segment > 0) return &ahaCode(segment);
  const std::string& id = measurement.id;
  if (id.starts_with("rv")) return &codes::rightVentricle;
  if (id.starts_with("lax.la.")) return &codes::leftAtrium;
  if (id.starts_with("lax.ra.")) return &codes::rightAtrium;
  if (id.ends_with(".blood")) return &codes::leftVentricle;
  if (isOfMuscle(measurement)) return &codes::lvMyocardium;
  if (!id.starts_with("lv") && !id.starts_with("lax.")) return nullptr;
  const auto isOf = [&](const char* part) { return id.find(part) != std::string::npos; };
  return isOf("mass") || isOf("wall") ? &codes::lvMyocardium : &codes::leftVentricle;
}

void addMeasurement(DcmItem& group, const SeriesReport& report, const Measurement& measurement) {
  DcmItem& num = addNumItem(group, shortConcept(measurement), *measurement.value, measurement.unit);
  if (!measurement.indexedFrom.empty()) {
    addCodeItem(num, Relation::hasConceptMod, codes::index, codes::bodySurface);
  }
  if (isRelaxationTime(measurement)) {
    addCodeItem(num, Relation::hasConceptMod, codes::derivation, derivationOf(measurement));
  }
  if (const Code* const site = siteOf(measurement)) {
    addCodeItem(num, Relation::hasConceptMod, codes::findingSite, *site);
  }
  addAlgorithm(num, report, methodSentence(measurement));
}

}  // namespace cmr
