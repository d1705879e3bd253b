// Secondary capture: PS3.3 A.8.1, single frame, RGB. No geometry and no frame of reference, which
// keeps the page out of reconstructions and fusion.
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <memory>

#include "analysis/errors.h"
#include "analysis/program.h"
#include "dicom_sr/codes.h"
#include "dicom_sr/identity.h"
#include "dicom_sr/image_references.h"
#include "dicom_sr/wall_page.h"
#include "dicom_sr/write_dataset.h"
#include "dicom_sr/write_header.h"
#include "dicom_sr/writers.h"

namespace cmr {
namespace {

void requireWhole(const RgbImage& page) {
  const bool isWhole =
      page.width > 0 && page.height > 0 && page.width <= 65535 && page.height <= 65535 &&
      page.pixels.size() == static_cast<std::size_t>(page.width) *
                                static_cast<std::size_t>(page.height) * std::size_t{3};
  if (!isWhole) throw InputError("the result page is no whole RGB picture");
}

void putPicture(DcmDataset& dataset, const RgbImage& page) {
  putUint16(dataset, DCM_SamplesPerPixel, 3);
  putText(dataset, DCM_PhotometricInterpretation, "RGB");
  putUint16(dataset, DCM_PlanarConfiguration, 0);
  putUint16(dataset, DCM_Rows, static_cast<unsigned>(page.height));
  putUint16(dataset, DCM_Columns, static_cast<unsigned>(page.width));
  putUint16(dataset, DCM_BitsAllocated, 8);
  putUint16(dataset, DCM_BitsStored, 8);
  putUint16(dataset, DCM_HighBit, 7);
  putUint16(dataset, DCM_PixelRepresentation, 0);
  std::vector<Uint8> bytes(page.pixels);
  if (bytes.size() % 2 != 0) bytes.push_back(0);
  auto pixels = std::make_unique<DcmPixelData>(DcmTag(DCM_PixelData, EVR_OB));
  if (pixels->putUint8Array(bytes.data(), bytes.size()).bad() ||
      dataset.insert(pixels.get(), OFTrue).bad()) {
    throw Error("DCMTK refuses the pixels of the result page");
  }
  [[maybe_unused]] const DcmPixelData* const owned = pixels.release();
}

// What sets one page apart from another.
struct PageNames {
  ObjectKind kind;
  std::string uidKind;
  const char* SeriesDescription;
  int seriesNumber;
  const char* what;
};

ProducedObject writePage(const SeriesStack& source, const RgbImage& page,
                         const OutputContext& context, const PageNames& names) {
  requireWhole(page);
  const ObjectIdentity identity{UID_SecondaryCaptureImageStorage,
                                outputUid(source, context, names.uidKind + "/instance"),
                                outputUid(source, context, names.uidKind + "/series"),
                                "OT",
                                names.SeriesDescription,
                                names.seriesNumber};
  DcmDataset dataset;
  std::vector<std::string> notes = copyPatientAndStudy(source, dataset);
  putHeader(dataset, source, identity, context, "package " + context.packageSha256.substr(0, 16));
  putText(dataset, DCM_ImageType, "DERIVED\\SECONDARY");
  putText(dataset, DCM_ConversionType, "WSD");
  putText(dataset, DCM_DateOfSecondaryCapture, dateOf(context));
  putText(dataset, DCM_TimeOfSecondaryCapture, timeOf(context));
  dataset.insertEmptyElement(DCM_PatientOrientation);
  putText(dataset, DCM_BodyPartExamined, "HEART");
  putText(dataset, DCM_BurnedInAnnotation, "NO");  // numbers, never names
  putText(dataset, DCM_DerivationDescription,
          plainText(std::string(names.what) + " of " + programName + " " + programVersion +
                        ". AI result, not verified. " + researchNotice + ".",
                    1024));
  putLossyCompression(dataset, source);
  for (const SourceFrame& image : uniqueInstances(source.sources)) {
    DcmItem& reference = addImageReference(dataset, DCM_SourceImageSequence, image);
    addCode(reference, DCM_PurposeOfReferenceCodeSequence, codes::sourceImage);
  }
  putPicture(dataset, page);
  return finishObject(dataset, names.kind, identity, std::move(notes));
}

}  // namespace

ProducedObject writeResultPage(const SeriesStack& source, const RgbImage& page,
                               const OutputContext& context) {
  return writePage(source, page, context,
                   {ObjectKind::resultPage, "page", "AI result page, not verified",
                    pageSeriesNumber, "Result page"});
}

ProducedObject writeWallPage(const SeriesStack& source, const RgbImage& page,
                             const OutputContext& context) {
  return writePage(source, page, context,
                   {ObjectKind::wallPage, "wall", "AI wall and curves, not verified",
                    wallPageSeriesNumber, "Page of wall and curves"});
}

}  // namespace cmr
