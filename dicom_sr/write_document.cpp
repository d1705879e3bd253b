// Encapsulated PDF: PS3.3 A.45.1. The document holds no name: who the patient is stands in the
// attributes alone, as for all our objects.
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcistrmb.h>
#include <dcmtk/dcmdata/dctk.h>

#include <memory>

#include "analysis/errors.h"
#include "dicom_sr/codes.h"
#include "dicom_sr/identity.h"
#include "dicom_sr/image_references.h"
#include "dicom_sr/write_dataset.h"
#include "dicom_sr/write_header.h"
#include "dicom_sr/writers.h"

namespace cmr {
namespace {

void putPdf(DcmDataset& dataset, const std::string& pdf) {
  std::vector<Uint8> bytes(pdf.begin(), pdf.end());
  if (bytes.size() % 2 != 0) bytes.push_back(0);
  auto element = std::make_unique<DcmOtherByteOtherWord>(DcmTag(DCM_EncapsulatedDocument, EVR_OB));
  if (element->putUint8Array(bytes.data(), bytes.size()).bad() ||
      dataset.insert(element.get(), OFTrue).bad()) {
    throw Error("DCMTK refuses the bytes of the document");
  }
  [[maybe_unused]] const DcmElement* const owned = element.release();
  if (dataset.putAndInsertUint32(DCM_EncapsulatedDocumentLength, static_cast<Uint32>(pdf.size()))
          .bad()) {
    throw Error("DCMTK refuses the length of the document");
  }
}

}  // namespace

ProducedObject writeDocument(const SeriesStack& source, const std::string& pdf,
                             const std::string& title, const OutputContext& context) {
  if (!pdf.starts_with("%PDF-")) throw InputError("the document is no PDF");
  const ObjectIdentity identity{UID_EncapsulatedPDFStorage,
                                outputUid(source, context, "document/instance"),
                                outputUid(source, context, "document/series"),
                                "DOC",
                                "AI result document, not verified",
                                documentSeriesNumber};
  DcmDataset dataset;
  std::vector<std::string> notes = copyPatientAndStudy(source, dataset);
  putHeader(dataset, source, identity, context, "package " + context.packageSha256.substr(0, 16));
  putText(dataset, DCM_ConversionType, "WSD");
  dataset.insertEmptyElement(DCM_AcquisitionDateTime);
  putText(dataset, DCM_BurnedInAnnotation, "NO");  // numbers, never names
  for (const SourceFrame& image : uniqueInstances(source.sources)) {
    DcmItem& reference = addImageReference(dataset, DCM_SourceInstanceSequence, image);
    addCode(reference, DCM_PurposeOfReferenceCodeSequence, codes::sourceImage);
  }
  putText(dataset, DCM_DocumentTitle, plainText(title + ". AI result, not verified", 1024));
  addCode(dataset, DCM_ConceptNameCodeSequence, codes::measurementReport);
  putText(dataset, DCM_VerificationFlag, "UNVERIFIED");
  putText(dataset, DCM_MIMETypeOfEncapsulatedDocument, "application/pdf");
  putPdf(dataset, pdf);
  return finishObject(dataset, ObjectKind::document, identity, std::move(notes));
}

std::string pdfIn(const ProducedObject& document) {
  DcmInputBufferStream in;
  in.setBuffer(document.bytes.data(), static_cast<offile_off_t>(document.bytes.size()));
  in.setEos();
  DcmFileFormat file;
  file.transferInit();
  const OFCondition read = file.read(in);
  file.transferEnd();
  const Uint8* bytes = nullptr;
  unsigned long count = 0;
  Uint32 length = 0;
  DcmDataset& dataset = *file.getDataset();
  if (read.bad() || dataset.findAndGetUint32(DCM_EncapsulatedDocumentLength, length).bad() ||
      dataset.findAndGetUint8Array(DCM_EncapsulatedDocument, bytes, &count).bad() ||
      bytes == nullptr || length > count) {
    throw InputError("the object holds no document");
  }
  return std::string(bytes, bytes + length);
}

}  // namespace cmr
