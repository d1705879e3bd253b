#include "dicom_sr/decode_pixels.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dccodec.h>
#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcrledrg.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmjpeg/djdecode.h>
#include <dcmtk/dcmjpls/djdecode.h>

#include <cstdint>
#include <mutex>
#include <optional>

#include "dicom_sr/dataset_values.h"
#include "dicom_sr/decode_jpeg2000.h"
#include "dicom_sr/verdict_error.h"

namespace cmr {
namespace {

void registerDecoders() {
  static std::once_flag once;
  std::call_once(once, [] {
    DJDecoderRegistration::registerCodecs();
    DJLSDecoderRegistration::registerCodecs();
    DcmRLEDecoderRegistration::registerCodecs();
  });
}

std::size_t pixelCount(const PixelFormat& f) {
  return static_cast<std::size_t>(f.rows) * static_cast<std::size_t>(f.columns) *
         static_cast<std::size_t>(f.frames);
}

int wholeNumber(DcmDataset& dataset, const DcmTagKey& tag, int otherwise) {
  const std::optional<double> value = numberOf(dataset, tag);
  if (!value) return otherwise;
  // Beyond any real count: not a value that stands for absence.
  if (*value < 0 || *value > 1e9) return -1;
  return static_cast<int>(*value);
}

// Stored values sit in BitsStored bits below HighBit; the others may hold overlays or nothing.
float storedValue(std::uint32_t cell, const PixelFormat& f) {
  const int shift = f.highBit + 1 - f.bitsStored;
  const std::uint32_t mask = (std::uint32_t{1} << f.bitsStored) - 1;
  const std::uint32_t bits = (cell >> shift) & mask;
  const std::uint32_t sign = std::uint32_t{1} << (f.bitsStored - 1);
  if (f.isSigned && (bits & sign) != 0) {
    return static_cast<float>(static_cast<std::int64_t>(bits) - (std::int64_t{1} << f.bitsStored));
  }
  return static_cast<float>(bits);
}

template <typename Cell>
std::vector<float> cellsToValues(const Cell* cells, unsigned long count, const PixelFormat& f) {
  if (cells == nullptr || count < pixelCount(f)) {
    throw VerdictError("truncated-pixels", "the image data is shorter than rows and columns say");
  }
  std::vector<float> values(pixelCount(f));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = storedValue(cells[i], f);
  return values;
}

std::vector<float> decodeNative(DcmDataset& dataset, const PixelFormat& f) {
  unsigned long count = 0;
  if (f.bitsAllocated == 16) {
    const Uint16* cells = nullptr;
    if (dataset.findAndGetUint16Array(DCM_PixelData, cells, &count).bad()) cells = nullptr;
    return cellsToValues(cells, count, f);
  }
  const Uint8* cells = nullptr;
  if (dataset.findAndGetUint8Array(DCM_PixelData, cells, &count).bad()) cells = nullptr;
  return cellsToValues(cells, count, f);
}

bool isJpeg2000(E_TransferSyntax syntax) {
  return syntax == EXS_JPEG2000 || syntax == EXS_JPEG2000LosslessOnly;
}

std::string nameOf(E_TransferSyntax syntax) { return DcmXfer(syntax).getXferName(); }

// Frames take one fragment or more each (PS3.5 A.4), the first item being the offset table.
bool hasFragments(DcmDataset& dataset, E_TransferSyntax syntax, int frames) {
  DcmElement* element = nullptr;
  DcmPixelSequence* sequence = nullptr;
  if (dataset.findAndGetElement(DCM_PixelData, element).bad()) return false;
  auto* pixelData = dynamic_cast<DcmPixelData*>(element);
  return pixelData != nullptr &&
         pixelData->getEncapsulatedRepresentation(syntax, nullptr, sequence).good() &&
         sequence->card() > static_cast<unsigned long>(frames);
}

void decompress(DcmDataset& dataset, E_TransferSyntax syntax, int frames) {
  if (!DcmCodecList::canChangeCoding(syntax, EXS_LittleEndianExplicit)) {
    throw VerdictError("unsupported-transfer-syntax",
                       "images in " + nameOf(syntax) + " are not decoded");
  }
  if (!hasFragments(dataset, syntax, frames)) {
    throw VerdictError("truncated-pixels", "the compressed image data lacks frames");
  }
  const OFCondition decoded = dataset.chooseRepresentation(EXS_LittleEndianExplicit, nullptr);
  if (decoded.bad()) {
    throw VerdictError("broken-pixels", "the image data cannot be decoded (" + nameOf(syntax) +
                                            ": " + decoded.text() + ")");
  }
}

}  // namespace

PixelFormat readPixelFormat(DcmDataset& dataset, const ReadLimits& limits) {
  PixelFormat f;
  f.rows = wholeNumber(dataset, DCM_Rows, 0);
  f.columns = wholeNumber(dataset, DCM_Columns, 0);
  f.frames = wholeNumber(dataset, DCM_NumberOfFrames, 1);
  if (f.rows < 1 || f.columns < 1 || f.frames < 1 || f.rows > limits.maxRows ||
      f.columns > limits.maxColumns || static_cast<std::size_t>(f.frames) > limits.maxFrames ||
      pixelCount(f) * sizeof(float) > limits.maxPixelBytes) {
    throw VerdictError("absurd-dimensions", "the image claims " + std::to_string(f.rows) +
                                                " rows, " + std::to_string(f.columns) +
                                                " columns and " + std::to_string(f.frames) +
                                                " frames");
  }
  f.bitsAllocated = wholeNumber(dataset, DCM_BitsAllocated, 0);
  f.bitsStored = wholeNumber(dataset, DCM_BitsStored, f.bitsAllocated);
  f.highBit = wholeNumber(dataset, DCM_HighBit, f.bitsStored - 1);
  f.isSigned = wholeNumber(dataset, DCM_PixelRepresentation, 0) == 1;
  const std::string photometric = textOf(dataset, DCM_PhotometricInterpretation);
  f.isMonochrome1 = photometric == "MONOCHROME1";
  if (wholeNumber(dataset, DCM_SamplesPerPixel, 1) != 1 ||
      (!f.isMonochrome1 && photometric != "MONOCHROME2")) {
    throw VerdictError("unsupported-pixels", "the image is not grey (" + photometric + ")");
  }
  if ((f.bitsAllocated != 8 && f.bitsAllocated != 16) || f.bitsStored < 1 ||
      f.bitsStored > f.bitsAllocated || f.highBit < f.bitsStored - 1 ||
      f.highBit >= f.bitsAllocated) {
    throw VerdictError("unsupported-pixels", "the image stores " + std::to_string(f.bitsStored) +
                                                 " bits in " + std::to_string(f.bitsAllocated) +
                                                 ", high bit " + std::to_string(f.highBit));
  }
  return f;
}

float mirrorSum(const PixelFormat& f) {
  return f.isSigned ? -1.0F : static_cast<float>((std::int64_t{1} << f.bitsStored) - 1);
}

std::vector<float> decodePixels(DcmDataset& dataset, const PixelFormat& f) {
  registerDecoders();
  if (!dataset.tagExistsWithValue(DCM_PixelData)) {
    throw VerdictError("no-pixels", "the instance holds no image data");
  }
  const E_TransferSyntax syntax = dataset.getOriginalXfer();
  std::vector<float> values;
  if (isJpeg2000(syntax)) {
    const auto cells = decodeJpeg2000(dataset, f.rows, f.columns, f.frames);
    values = cellsToValues(cells.data(), cells.size(), f);
  } else {
    if (DcmXfer(syntax).isEncapsulated()) decompress(dataset, syntax, f.frames);
    values = decodeNative(dataset, f);
  }
  return values;
}

}  // namespace cmr
