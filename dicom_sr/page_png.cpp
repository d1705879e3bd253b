#include "dicom_sr/page_png.h"

#include <cairo.h>
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcistrmb.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmjpls/djdecode.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>

#include "analysis/errors.h"

namespace cmr {
namespace {

cairo_status_t append(void* target, const unsigned char* data, unsigned int length) {
  static_cast<std::string*>(target)->append(reinterpret_cast<const char*>(data), length);
  return CAIRO_STATUS_SUCCESS;
}

// Pages are stored in JPEG-LS.
bool decompress(DcmDataset& dataset) {
  static std::once_flag registered;
  std::call_once(registered, [] { DJLSDecoderRegistration::registerCodecs(); });
  return dataset.chooseRepresentation(EXS_LittleEndianExplicit, nullptr).good();
}

std::size_t bytesOf(int width, int height) {
  return static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3;
}

}  // namespace

std::string pngOf(const RgbImage& page) {
  if (page.width <= 0 || page.height <= 0 ||
      page.pixels.size() != bytesOf(page.width, page.height)) {
    throw InputError("the result page is no whole RGB picture");
  }
  const std::unique_ptr<cairo_surface_t, void (*)(cairo_surface_t*)> surface(
      cairo_image_surface_create(CAIRO_FORMAT_RGB24, page.width, page.height),
      cairo_surface_destroy);
  unsigned char* const data = cairo_image_surface_get_data(surface.get());
  if (data == nullptr) throw ResourceError("there is no memory for the picture of the page");
  const int stride = cairo_image_surface_get_stride(surface.get());
  const std::uint8_t* pixel = page.pixels.data();
  for (int y = 0; y < page.height; ++y) {
    for (int x = 0; x < page.width; ++x, pixel += 3) {
      const std::uint32_t value = static_cast<std::uint32_t>(pixel[0]) << 16 |
                                  static_cast<std::uint32_t>(pixel[1]) << 8 | pixel[2];
      std::memcpy(data + std::ptrdiff_t{y} * stride + std::ptrdiff_t{x} * 4, &value, sizeof value);
    }
  }
  cairo_surface_mark_dirty(surface.get());
  std::string png;
  const cairo_status_t status = cairo_surface_write_to_png_stream(surface.get(), append, &png);
  if (status != CAIRO_STATUS_SUCCESS) {
    throw Error(std::string("the page cannot be written as PNG: ") +
                cairo_status_to_string(status));
  }
  return png;
}

RgbImage pictureOf(const ProducedObject& resultPage) {
  DcmInputBufferStream in;
  in.setBuffer(resultPage.bytes.data(), static_cast<offile_off_t>(resultPage.bytes.size()));
  in.setEos();
  DcmFileFormat file;
  file.transferInit();
  const OFCondition read = file.read(in);
  file.transferEnd();
  Uint16 rows = 0;
  Uint16 columns = 0;
  const Uint8* pixels = nullptr;
  unsigned long count = 0;
  DcmDataset& dataset = *file.getDataset();
  dataset.findAndGetUint16(DCM_Rows, rows);
  dataset.findAndGetUint16(DCM_Columns, columns);
  if (read.bad() || !decompress(dataset) ||
      dataset.findAndGetUint8Array(DCM_PixelData, pixels, &count).bad() || pixels == nullptr ||
      count < bytesOf(columns, rows) || rows == 0 || columns == 0) {
    throw InputError("the object is no result page");
  }
  RgbImage page{columns, rows, {}};
  page.pixels.assign(pixels, pixels + bytesOf(columns, rows));
  return page;
}

}  // namespace cmr
