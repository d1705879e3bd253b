#include "dicom_sr/jpeg_ls.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcpxitem.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmjpls/djencode.h>
#include <dcmtk/dcmjpls/djrparam.h>

#include <cstdint>
#include <limits>
#include <mutex>

#include "analysis/errors.h"
#include "dicom_sr/secondary_capture.h"
#include "dicom_sr/write_dataset.h"

namespace cmr {
namespace {

constexpr std::size_t longest = std::numeric_limits<std::uint32_t>::max() - 1;
constexpr std::size_t itemHead = 8;  // tag and length

void require(const OFCondition& condition, const char* what) {
  if (condition.bad()) throw Error(std::string(what) + ": " + condition.text());
}

void append(std::string& bytes, std::uint32_t value) {
  for (const int shift : {0, 8, 16, 24}) bytes += static_cast<char>((value >> shift) & 0xFF);
}

void appendTag(std::string& bytes, const DcmTagKey& tag) {
  append(bytes, std::uint32_t{tag.getElement()} << 16 | tag.getGroup());
}

void appendItemHead(std::string& bytes, std::size_t length) {
  appendTag(bytes, DCM_Item);
  append(bytes, static_cast<std::uint32_t>(length));
}

void replace(std::string& bytes, std::size_t at, std::uint32_t value) {
  std::string text;
  append(text, value);
  bytes.replace(at, text.size(), text);
}

}  // namespace

// Lines of the three colours side by side: what viewers' decoders give back pixel by pixel.
void compressJpegLs(DcmDataset& dataset) {
  static std::once_flag registered;
  std::call_once(registered, [] {
    constexpr OFBool rescaled = OFFalse;  // the pixels as they are
    DJLSEncoderRegistration::registerCodecs(0, 0, 0, 0, rescaled, 0, OFTrue, EJLSUC_never, OFFalse,
                                            DJLSCodecParameter::interleaveLine);
  });
  const DJLSRepresentationParameter lossless;
  require(dataset.chooseRepresentation(EXS_JPEGLSLossless, &lossless), "DCMTK packs no pixels");
  dataset.removeAllButCurrentRepresentations();
}

std::string packJpegLs(const RgbImage& frame) {
  DcmDataset dataset;
  putPixels(dataset, {frame.width, frame.height, 0, frame.pixels});
  compressJpegLs(dataset);
  DcmElement* element = nullptr;
  require(dataset.findAndGetElement(DCM_PixelData, element), "DCMTK packs no pixels");
  auto& pixels = static_cast<DcmPixelData&>(*element);
  E_TransferSyntax coding = EXS_Unknown;
  const DcmRepresentationParameter* parameter = nullptr;
  pixels.getCurrentRepresentationKey(coding, parameter);
  DcmPixelSequence* sequence = nullptr;
  DcmPixelItem* item = nullptr;
  Uint8* bytes = nullptr;
  require(pixels.getEncapsulatedRepresentation(coding, parameter, sequence),
          "DCMTK packs no pixels");
  require(sequence->getItem(item, 1), "DCMTK packs no frame");  // 0 is the offset table
  require(item->getUint8Array(bytes), "DCMTK packs no frame");
  if (sequence->card() != 2) throw Error("DCMTK packs a frame into several fragments");
  return std::string(reinterpret_cast<const char*>(bytes), item->getLength());
}

std::string encodeFileWithFrames(DcmDataset& dataset, int frameCount,
                                 const std::function<std::string(int frame)>& packedFrame) {
  const auto count = static_cast<std::size_t>(frameCount);
  std::string bytes = encodeFile(dataset, PixelCoding::jpegLsLossless);
  appendTag(bytes, DCM_PixelData);
  bytes += "OB";
  bytes.append(2, '\0');
  append(bytes, 0xFFFFFFFF);  // as long as its items
  appendItemHead(bytes, 4 * count);
  const std::size_t offsets = bytes.size();  // of the items, counted from the first one
  bytes.append(4 * count, '\0');
  const std::size_t first = bytes.size();
  for (std::size_t i = 0; i < count; ++i) {
    const std::string frame = packedFrame(static_cast<int>(i));
    if (i == 0) bytes.reserve(first + count * (frame.size() + itemHead) * 9 / 8);
    const std::size_t offset = bytes.size() - first;
    if (offset + itemHead + frame.size() > longest) {
      throw InputError("a picture of more than " + std::to_string(longest) +
                       " bytes fits in no DICOM object");
    }
    replace(bytes, offsets + 4 * i, static_cast<std::uint32_t>(offset));
    appendItemHead(bytes, frame.size());
    bytes += frame;
  }
  appendTag(bytes, DCM_SequenceDelimitationItem);
  append(bytes, 0);
  return bytes;
}

}  // namespace cmr
