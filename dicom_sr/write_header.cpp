#include "dicom_sr/write_header.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "analysis/errors.h"
#include "analysis/program.h"
#include "dicom_sr/codes.h"
#include "dicom_sr/dataset_values.h"
#include "dicom_sr/value_check.h"
#include "dicom_sr/write_dataset.h"

namespace cmr {
namespace {

// Type 2 in the Patient and General Study modules: there, empty when unknown.
const DcmTagKey alwaysThere[] = {DCM_PatientName,     DCM_PatientID, DCM_PatientBirthDate,
                                 DCM_PatientSex,      DCM_StudyDate, DCM_StudyTime,
                                 DCM_AccessionNumber, DCM_StudyID,   DCM_ReferringPhysicianName};

const DcmTagKey whenPresent[] = {DCM_SpecificCharacterSet,
                                 DCM_TimezoneOffsetFromUTC,
                                 DCM_IssuerOfPatientID,
                                 DCM_TypeOfPatientID,
                                 DCM_IssuerOfPatientIDQualifiersSequence,
                                 DCM_PatientBirthTime,
                                 DCM_OtherPatientIDsSequence,
                                 DCM_EthnicGroup,
                                 DCM_PatientSpeciesDescription,
                                 DCM_PatientSpeciesCodeSequence,
                                 DCM_PatientBreedDescription,
                                 DCM_PatientBreedCodeSequence,
                                 DCM_BreedRegistrationSequence,
                                 DCM_ResponsiblePerson,
                                 DCM_ResponsiblePersonRole,
                                 DCM_ResponsibleOrganization,
                                 DCM_PatientIdentityRemoved,
                                 DCM_DeidentificationMethod,
                                 DCM_DeidentificationMethodCodeSequence,
                                 DCM_LongitudinalTemporalInformationModified,
                                 DCM_ClinicalTrialSponsorName,
                                 DCM_ClinicalTrialProtocolID,
                                 DCM_ClinicalTrialProtocolName,
                                 DCM_ClinicalTrialSiteID,
                                 DCM_ClinicalTrialSiteName,
                                 DCM_ClinicalTrialSubjectID,
                                 DCM_ClinicalTrialSubjectReadingID,
                                 DCM_ClinicalTrialTimePointID,
                                 DCM_ClinicalTrialTimePointDescription,
                                 DCM_IssuerOfAccessionNumberSequence,
                                 DCM_StudyDescription,
                                 DCM_ProcedureCodeSequence,
                                 DCM_PatientAge,
                                 DCM_PatientSize,
                                 DCM_PatientWeight,
                                 DCM_AdmissionID,
                                 DCM_InstitutionName};

void copyElement(const SeriesStack& source, const DcmTagKey& tag, DcmDataset& target,
                 std::vector<std::string>& notes) {
  // DCMTK's search functions are not const although they change nothing.
  auto& header = const_cast<DcmDataset&>(*source.header);
  DcmElement* found = nullptr;
  if (header.findAndGetElement(tag, found).bad()) return;
  const std::string problem = valueProblem(*found);
  if (!problem.empty()) {
    notes.push_back(problem);
    target.insertEmptyElement(tag);
    return;
  }
  std::unique_ptr<DcmElement> copy(dynamic_cast<DcmElement*>(found->clone()));
  if (copy == nullptr || target.insert(copy.get(), OFTrue).bad()) {
    throw Error("an attribute of the source cannot be copied");
  }
  [[maybe_unused]] const DcmElement* const owned = copy.release();
}

void putOurEquipment(DcmItem& item, const OutputContext& context, const std::string& packageName) {
  putText(item, DCM_Manufacturer, programName);
  putText(item, DCM_ManufacturerModelName, programName);
  // Type 1 in Enhanced General Equipment; a program has no serial number, its weights have a hash.
  putText(item, DCM_DeviceSerialNumber,
          context.packageSha256.empty() ? "none" : context.packageSha256.substr(0, 16));
  putText(item, DCM_SoftwareVersions,
          std::string(programVersion) + "\\" + plainText(packageName, 64));
}

void putContributors(DcmDataset& target, const SeriesStack& source, const OutputContext& context,
                     const std::string& packageName) {
  auto& header = const_cast<DcmDataset&>(*source.header);
  const std::string scanner = textOf(header, DCM_Manufacturer);
  if (!scanner.empty()) {
    DcmItem& item = addItem(target, DCM_ContributingEquipmentSequence);
    addCode(item, DCM_PurposeOfReferenceCodeSequence, codes::acquisitionEquipment);
    putText(item, DCM_Manufacturer, scanner);
    const std::string model = textOf(header, DCM_ManufacturerModelName);
    if (!model.empty()) putText(item, DCM_ManufacturerModelName, model);
  }
  DcmItem& item = addItem(target, DCM_ContributingEquipmentSequence);
  addCode(item, DCM_PurposeOfReferenceCodeSequence, codes::processingEquipment);
  putOurEquipment(item, context, packageName);
  putText(item, DCM_ContributionDateTime, dateOf(context) + timeOf(context));
  putText(item, DCM_ContributionDescription,
          plainText("Automatic analysis with model package " + packageName + ", SHA-256 " +
                        context.packageSha256 + ", computed on " + context.deviceAndPrecision +
                        ", settings " + context.settingsFingerprint + ". " + researchNotice + ".",
                    1024));
}

}  // namespace

std::string dateOf(const OutputContext& context) { return context.dateTime.substr(0, 8); }
std::string timeOf(const OutputContext& context) { return context.dateTime.substr(8, 6); }

std::vector<std::string> copyPatientAndStudy(const SeriesStack& source, DcmDataset& target) {
  if (source.header == nullptr) throw InputError("the series has no header to copy from");
  std::vector<std::string> notes;
  for (const DcmTagKey& tag : alwaysThere) {
    target.insertEmptyElement(tag);
    copyElement(source, tag, target, notes);
  }
  for (const DcmTagKey& tag : whenPresent) copyElement(source, tag, target, notes);
  putText(target, DCM_StudyInstanceUID, source.StudyInstanceUID);
  return notes;
}

void putHeader(DcmDataset& target, const SeriesStack& source, const ObjectIdentity& identity,
               const OutputContext& context, const std::string& packageName) {
  if (context.dateTime.size() < 14 || !isDate(context.dateTime.substr(0, 8)) ||
      !isTime(context.dateTime.substr(8, 6))) {
    throw InputError("'" + context.dateTime + "' is no date and time (YYYYMMDDHHMMSS)");
  }
  putText(target, DCM_SOPClassUID, identity.SOPClassUID);
  putText(target, DCM_SOPInstanceUID, identity.SOPInstanceUID);
  putText(target, DCM_InstanceCreationDate, dateOf(context));
  putText(target, DCM_InstanceCreationTime, timeOf(context));
  putText(target, DCM_Modality, identity.Modality);
  putText(target, DCM_SeriesInstanceUID, identity.SeriesInstanceUID);
  putText(target, DCM_SeriesNumber, std::to_string(identity.seriesNumber));
  const std::string about = context.about.empty() ? "" : context.about + ": ";
  putText(target, DCM_SeriesDescription, plainText(about + identity.SeriesDescription, 64));
  putText(target, DCM_SeriesDate, dateOf(context));
  putText(target, DCM_SeriesTime, timeOf(context));
  putText(target, DCM_ContentDate, dateOf(context));
  putText(target, DCM_ContentTime, timeOf(context));
  putText(target, DCM_InstanceNumber, "1");
  putOurEquipment(target, context, packageName);
  putContributors(target, source, context, packageName);
}

void putLossyCompression(DcmDataset& target, const SeriesStack& source) {
  auto& header = const_cast<DcmDataset&>(*source.header);
  const bool isLossy = textOf(header, DCM_LossyImageCompression) == "01";
  putText(target, DCM_LossyImageCompression, isLossy ? "01" : "00");
  if (!isLossy) return;
  std::vector<std::string> notes;
  copyElement(source, DCM_LossyImageCompressionRatio, target, notes);
  copyElement(source, DCM_LossyImageCompressionMethod, target, notes);
}

ProducedObject finishObject(DcmDataset& dataset, ObjectKind kind, const ObjectIdentity& identity,
                            std::vector<std::string> notes, PixelCoding coding) {
  return {kind,
          identity.SOPClassUID,
          identity.SOPInstanceUID,
          identity.SeriesInstanceUID,
          encodeFile(dataset, coding),
          std::move(notes)};
}

}  // namespace cmr
