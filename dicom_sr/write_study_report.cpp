#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "analysis/errors.h"
#include "analysis/program.h"
#include "analysis/sha256.h"
#include "dicom_sr/content_items.h"
#include "dicom_sr/dataset_values.h"
#include "dicom_sr/identity.h"
#include "dicom_sr/image_references.h"
#include "dicom_sr/own_output.h"
#include "dicom_sr/parse_instance.h"
#include "dicom_sr/report_codes.h"
#include "dicom_sr/report_parts.h"
#include "dicom_sr/study_report.h"
#include "dicom_sr/write_dataset.h"
#include "dicom_sr/write_header.h"

namespace cmr {
namespace {

// One instance that was handed over.
struct Instance {
  std::unique_ptr<DcmFileFormat> file;
  std::string sha256;

  DcmDataset& dataset() const { return *file->getDataset(); }
  std::string uid() const { return textOf(dataset(), DCM_SOPInstanceUID); }
};

std::vector<Instance> parsed(const std::vector<InstanceBytes>& instances) {
  std::vector<Instance> all;
  for (const InstanceBytes& one : instances) {
    all.push_back({parseInstance(one.bytes), sha256Hex(one.bytes)});
  }
  return all;
}

std::vector<DcmItem*> itemsOf(DcmItem& item, const DcmTagKey& tag) {
  DcmSequenceOfItems* sequence = nullptr;
  std::vector<DcmItem*> items;
  if (item.findAndGetSequence(tag, sequence).bad()) return items;
  for (unsigned long i = 0; i < sequence->card(); ++i) items.push_back(sequence->getItem(i));
  return items;
}

bool isNamed(DcmItem& item, const Code& name) {
  DcmItem* const code = firstItem(item, DCM_ConceptNameCodeSequence);
  return code != nullptr && textOf(*code, DCM_CodeValue) == name.value &&
         textOf(*code, DCM_CodingSchemeDesignator) == name.scheme;
}

// More than the area of its outline.
bool holdsNumbers(DcmItem& group) {
  const std::vector<DcmItem*> children = itemsOf(group, DCM_ContentSequence);
  return std::any_of(children.begin(), children.end(), [](DcmItem* child) {
    return textOf(*child, DCM_ValueType) == "NUM" && !isNamed(*child, codes::area);
  });
}

std::vector<DcmItem*> groupsWithNumbers(DcmDataset& report) {
  std::vector<DcmItem*> groups;
  for (DcmItem* const part : itemsOf(report, DCM_ContentSequence)) {
    if (!isNamed(*part, codes::imagingMeasurements)) continue;
    for (DcmItem* const group : itemsOf(*part, DCM_ContentSequence)) {
      if (isNamed(*group, codes::measurementGroup) && holdsNumbers(*group)) groups.push_back(group);
    }
  }
  return groups;
}

// SOPInstanceUID -> SeriesInstanceUID, as the report's evidence says.
std::map<std::string, std::string> seriesOfEvidence(DcmDataset& report) {
  std::map<std::string, std::string> series;
  for (DcmItem* const study : itemsOf(report, DCM_CurrentRequestedProcedureEvidenceSequence)) {
    for (DcmItem* const one : itemsOf(*study, DCM_ReferencedSeriesSequence)) {
      for (DcmItem* const instance : itemsOf(*one, DCM_ReferencedSOPSequence)) {
        series[textOf(*instance, DCM_ReferencedSOPInstanceUID)] =
            textOf(*one, DCM_SeriesInstanceUID);
      }
    }
  }
  return series;
}

void addImagesOf(DcmItem& item, const std::map<std::string, std::string>& series,
                 std::vector<SourceFrame>& images) {
  for (DcmItem* const child : itemsOf(item, DCM_ContentSequence)) {
    if (textOf(*child, DCM_ValueType) == "IMAGE") {
      for (DcmItem* const reference : itemsOf(*child, DCM_ReferencedSOPSequence)) {
        SourceFrame image;
        image.SOPClassUID = textOf(*reference, DCM_ReferencedSOPClassUID);
        image.SOPInstanceUID = textOf(*reference, DCM_ReferencedSOPInstanceUID);
        const auto found = series.find(image.SOPInstanceUID);
        if (found == series.end()) throw InputError("a report names an image that is no evidence");
        image.SeriesInstanceUID = found->second;
        images.push_back(std::move(image));
      }
    }
    addImagesOf(*child, series, images);
  }
}

// What is taken over of the parts.
struct TakenOver {
  std::vector<std::pair<DcmItem*, std::string>> groups;  // with the label of their part
  std::vector<SourceFrame> images;
  std::vector<ProducedObject> reports;  // as evidence; without bytes
};

DcmDataset& partNamed(const std::string& uid, const StudyReportContent& content,
                      const std::vector<Instance>& instances) {
  const auto found = std::find_if(instances.begin(), instances.end(),
                                  [&](const Instance& one) { return one.uid() == uid; });
  if (found == instances.end()) throw InputError("the report " + uid + " is missing");
  DcmDataset& report = found->dataset();
  if (!isOwnOutput(report) || textOf(report, DCM_StudyInstanceUID) != content.StudyInstanceUID) {
    throw InputError(uid + " is no report of ours on this study");
  }
  return report;
}

TakenOver takeOver(const StudyReportContent& content, const std::vector<Instance>& instances) {
  TakenOver taken;
  for (const StudyReportContent::Part& part : content.parts) {
    DcmDataset& report = partNamed(part.SOPInstanceUID, content, instances);
    const std::map<std::string, std::string> series = seriesOfEvidence(report);
    for (DcmItem* const group : groupsWithNumbers(report)) {
      taken.groups.emplace_back(group, part.label);
      addImagesOf(*group, series, taken.images);
    }
    taken.reports.push_back({ObjectKind::structuredReport,
                             textOf(report, DCM_SOPClassUID),
                             part.SOPInstanceUID,
                             textOf(report, DCM_SeriesInstanceUID),
                             "",
                             {}});
  }
  taken.images = uniqueInstances(taken.images);
  return taken;
}

void addGroups(DcmItem& root, const TakenOver& taken) {
  if (taken.groups.empty()) return;
  DcmItem& measurements = addContainer(root, codes::imagingMeasurements);
  for (const auto& [group, label] : taken.groups) {
    DcmItem& copy = addItem(measurements, DCM_ContentSequence);
    copy = *group;
    for (DcmItem* const child : itemsOf(copy, DCM_ContentSequence)) {
      if (!isNamed(*child, codes::trackingIdentifier)) continue;
      putText(*child, DCM_TextValue, plainText(label + ": " + textOf(*child, DCM_TextValue), 1024));
    }
  }
}

// Patient, study and scanner, from an image of the study.
SeriesStack headerOf(const StudyReportContent& content, std::vector<Instance>& instances) {
  for (Instance& one : instances) {
    if (isOwnOutput(one.dataset())) continue;
    if (textOf(one.dataset(), DCM_StudyInstanceUID) != content.StudyInstanceUID) continue;
    SeriesStack source;
    source.header = std::shared_ptr<const DcmDataset>(one.file->getAndRemoveDataset());
    source.StudyInstanceUID = content.StudyInstanceUID;
    return source;
  }
  throw InputError("no image of the study is there to take its patient from");
}

std::vector<std::string> identityOf(const StudyReportContent& content,
                                    const std::vector<Instance>& instances) {
  std::vector<std::string> parts{programName,    programVersion,           outputFormatVersion,
                                 "study report", content.StudyInstanceUID, content.fingerprint};
  for (const StudyReportContent::Part& part : content.parts) {
    for (const Instance& one : instances) {
      if (one.uid() == part.SOPInstanceUID) parts.push_back(part.SOPInstanceUID + one.sha256);
    }
  }
  return parts;
}

std::string uidOf(std::vector<std::string> parts, const char* kind) {
  parts.emplace_back(kind);
  return uidFromParts(parts);
}

void putReferences(DcmDataset& dataset, const StudyReportContent& content, const TakenOver& taken) {
  if (content.predecessor) {
    const StudyReportContent::Predecessor& before = *content.predecessor;
    addEvidence(dataset, DCM_PredecessorDocumentsSequence, content.StudyInstanceUID, {},
                {{ObjectKind::studyReport,
                  before.SOPClassUID,
                  before.SOPInstanceUID,
                  before.SeriesInstanceUID,
                  "",
                  {}}});
  }
  if (taken.reports.empty()) return;
  addEvidence(dataset, DCM_CurrentRequestedProcedureEvidenceSequence, content.StudyInstanceUID,
              taken.images, taken.reports);
}

}  // namespace

ProducedObject writeStudyReport(const StudyReportContent& content,
                                const std::vector<InstanceBytes>& instances,
                                const std::string& dateTime) {
  std::vector<Instance> all = parsed(instances);
  const TakenOver taken = takeOver(content, all);
  const std::vector<std::string> parts = identityOf(content, all);
  const SeriesStack source = headerOf(content, all);
  const OutputContext context{dateTime, content.packageSha256, "study", "no device"};
  const ObjectIdentity identity{UID_ComprehensiveSRStorage,
                                uidOf(parts, "instance"),
                                uidOf(parts, "series"),
                                "SR",
                                "AI report on the study, not verified",
                                studyReportSeriesNumber};
  DcmDataset dataset;
  std::vector<std::string> notes = copyPatientAndStudy(source, dataset);
  putHeader(dataset, source, identity, context, content.package);
  putOwnCodingScheme(dataset);
  putReportDocument(dataset);
  if (content.isPartial) {  // PS3.3 C.17.2
    putText(dataset, DCM_CompletionFlag, "PARTIAL");
    putText(dataset, DCM_CompletionFlagDescription, "Series that were expected are missing");
  }
  putReferences(dataset, content, taken);
  addReportContext(dataset, content.package);
  addImageLibrary(dataset, taken.images);
  addGroups(dataset, taken);
  addComments(dataset, content.comments);
  return finishObject(dataset, ObjectKind::studyReport, identity, std::move(notes));
}

}  // namespace cmr
