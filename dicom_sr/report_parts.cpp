#include "dicom_sr/report_parts.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include "analysis/program.h"
#include "dicom_sr/content_items.h"
#include "dicom_sr/identity.h"
#include "dicom_sr/report_codes.h"
#include "dicom_sr/write_dataset.h"

namespace cmr {

void putReportDocument(DcmDataset& dataset) {
  putText(dataset, DCM_CompletionFlag, "COMPLETE");
  putText(dataset, DCM_VerificationFlag, "UNVERIFIED");
  putText(dataset, DCM_PreliminaryFlag, "PRELIMINARY");  // PS3.3 C.17.2: no person has seen it
  putEmptySequence(dataset, DCM_ReferencedPerformedProcedureStepSequence);
  putEmptySequence(dataset, DCM_PerformedProcedureCodeSequence);
  putText(dataset, DCM_ValueType, "CONTAINER");
  addCode(dataset, DCM_ConceptNameCodeSequence, codes::imagingMeasurementReport);
  putText(dataset, DCM_ContinuityOfContent, "SEPARATE");
  putTemplate(dataset, "1500");
}

void putOwnCodingScheme(DcmDataset& dataset) {
  DcmItem& scheme = addItem(dataset, DCM_CodingSchemeIdentificationSequence);
  putText(scheme, DCM_CodingSchemeDesignator, "99CMR");
  putText(scheme, DCM_CodingSchemeUID, uidFromParts({"coding scheme", "99CMR"}));
  putText(scheme, DCM_CodingSchemeName, std::string(programName) + " measurements");
  putText(scheme, DCM_CodingSchemeResponsibleOrganization, programName);
}

void addReportContext(DcmItem& root, const std::string& package) {
  addCodeItem(root, Relation::hasConceptMod, codes::language, codes::english);
  addCodeItem(root, Relation::hasObsContext, codes::observerType, codes::device);
  addUidItem(root, Relation::hasObsContext, codes::deviceUid,
             uidFromParts({"device observer", programName, programVersion}));
  addTextItem(root, Relation::hasObsContext, codes::deviceName, programName);
  addTextItem(root, Relation::hasObsContext, codes::deviceManufacturer, programName);
  addTextItem(root, Relation::hasObsContext, codes::deviceModel,
              std::string(programName) + " " + programVersion + ", package " + package);
  addCodeItem(root, Relation::hasConceptMod, codes::procedureReported, codes::mriProcedure);
}

void addImageLibrary(DcmItem& root, const std::vector<SourceFrame>& images) {
  if (images.empty()) return;
  DcmItem& group = addContainer(addContainer(root, codes::imageLibrary), codes::imageLibraryGroup);
  addCodeItem(group, Relation::hasAcqContext, codes::modality, codes::magneticResonance);
  for (const SourceFrame& image : images) addImageItem(group, Relation::contains, nullptr, image);
}

void addComments(DcmItem& root, const std::vector<std::string>& comments) {
  DcmItem& evaluations = addContainer(root, codes::qualitativeEvaluations);
  for (const std::string& comment : comments) {
    addTextItem(evaluations, Relation::contains, codes::comment, comment);
  }
}

}  // namespace cmr
