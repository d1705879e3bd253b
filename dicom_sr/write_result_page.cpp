// Secondary capture: PS3.3 A.8.1, single frame, RGB. JPEG-LS takes a seventh of the bytes, or less,
// and loses none.
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <utility>

#include "dicom_sr/identity.h"
#include "dicom_sr/secondary_capture.h"
#include "dicom_sr/wall_page.h"
#include "dicom_sr/write_header.h"
#include "dicom_sr/writers.h"

namespace cmr {
namespace {

// What sets one page apart from another.
struct PageNames {
  ObjectKind kind;
  std::string uidKind;
  const char* SeriesDescription;
  int seriesNumber;
  const char* what;
};

ProducedObject writePage(const SeriesStack& source, RgbImage page, const OutputContext& context,
                         const PageNames& names) {
  const CapturePixels pixels{page.width, page.height, 0, page.pixels};
  requireWhole(pixels, "the result page");
  const ObjectIdentity identity{UID_SecondaryCaptureImageStorage,
                                outputUid(source, context, names.uidKind + "/instance"),
                                outputUid(source, context, names.uidKind + "/series"),
                                "OT",
                                names.SeriesDescription,
                                names.seriesNumber};
  DcmDataset dataset;
  std::vector<std::string> notes = copyPatientAndStudy(source, dataset);
  putHeader(dataset, source, identity, context, "package " + context.packageSha256.substr(0, 16));
  putCapture(dataset, source, context, std::string(names.what) + " of");
  putSourceImages(dataset, source.sources);
  putPixels(dataset, pixels);
  std::vector<std::uint8_t>().swap(page.pixels);  // packing takes as much memory again
  return finishObject(dataset, names.kind, identity, std::move(notes), PixelCoding::jpegLsLossless);
}

}  // namespace

ProducedObject writeResultPage(const SeriesStack& source, RgbImage page,
                               const OutputContext& context) {
  return writePage(source, std::move(page), context,
                   {ObjectKind::resultPage, "page", "AI result page, not verified",
                    pageSeriesNumber, "Result page"});
}

ProducedObject writeWallPage(const SeriesStack& source, RgbImage page,
                             const OutputContext& context) {
  return writePage(source, std::move(page), context,
                   {ObjectKind::wallPage, "wall", "AI wall and curves, not verified",
                    wallPageSeriesNumber, "Page of wall and curves"});
}

}  // namespace cmr
