#include "dicom_sr/decode_jpeg2000.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcpxitem.h>
#include <dcmtk/dcmdata/dctk.h>
#include <openjpeg.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <span>

#include "dicom_sr/frame_fragments.h"
#include "dicom_sr/verdict_error.h"

namespace cmr {
namespace {

struct MemoryReader {
  std::span<const Uint8> bytes;
  std::size_t at = 0;
};

OPJ_SIZE_T readBytes(void* buffer, OPJ_SIZE_T count, void* user) {
  auto& reader = *static_cast<MemoryReader*>(user);
  const std::size_t left = reader.bytes.size() - reader.at;
  if (left == 0) return static_cast<OPJ_SIZE_T>(-1);
  const std::size_t now = std::min<std::size_t>(count, left);
  std::memcpy(buffer, reader.bytes.data() + reader.at, now);
  reader.at += now;
  return now;
}

OPJ_OFF_T skipBytes(OPJ_OFF_T count, void* user) {
  auto& reader = *static_cast<MemoryReader*>(user);
  if (count < 0) return -1;
  const std::size_t left = reader.bytes.size() - reader.at;
  const std::size_t now = std::min(static_cast<std::size_t>(count), left);
  reader.at += now;
  return static_cast<OPJ_OFF_T>(now);
}

OPJ_BOOL seekTo(OPJ_OFF_T position, void* user) {
  auto& reader = *static_cast<MemoryReader*>(user);
  if (position < 0 || static_cast<std::size_t>(position) > reader.bytes.size()) return OPJ_FALSE;
  reader.at = static_cast<std::size_t>(position);
  return OPJ_TRUE;
}

using Stream = std::unique_ptr<opj_stream_t, decltype(&opj_stream_destroy)>;
using Codec = std::unique_ptr<opj_codec_t, decltype(&opj_destroy_codec)>;
using Image = std::unique_ptr<opj_image_t, decltype(&opj_image_destroy)>;

[[noreturn]] void fail() {
  throw VerdictError("broken-pixels", "the JPEG 2000 image data cannot be decoded");
}

bool hasSize(const opj_image_t& image, int rows, int columns) {
  return image.numcomps == 1 && image.comps[0].w == static_cast<OPJ_UINT32>(columns) &&
         image.comps[0].h == static_cast<OPJ_UINT32>(rows);
}

Image decodeFrame(std::span<const Uint8> bytes, int rows, int columns) {
  MemoryReader reader{bytes};
  Stream stream(opj_stream_create(OPJ_J2K_STREAM_CHUNK_SIZE, OPJ_TRUE), &opj_stream_destroy);
  opj_stream_set_read_function(stream.get(), readBytes);
  opj_stream_set_skip_function(stream.get(), skipBytes);
  opj_stream_set_seek_function(stream.get(), seekTo);
  opj_stream_set_user_data(stream.get(), &reader, nullptr);
  opj_stream_set_user_data_length(stream.get(), bytes.size());
  // A codestream starts with SOC (FF4F); a whole JP2 file, which some toolkits embed, does not.
  const bool isCodestream = bytes.size() > 2 && bytes[0] == 0xFF && bytes[1] == 0x4F;
  Codec codec(opj_create_decompress(isCodestream ? OPJ_CODEC_J2K : OPJ_CODEC_JP2),
              &opj_destroy_codec);
  opj_dparameters_t parameters;
  opj_set_default_decoder_parameters(&parameters);
  opj_image_t* raw = nullptr;
  const bool isRead = opj_setup_decoder(codec.get(), &parameters) != OPJ_FALSE &&
                      opj_read_header(stream.get(), codec.get(), &raw) != OPJ_FALSE;
  Image image(raw, &opj_image_destroy);
  if (!isRead || image == nullptr) fail();
  // Before anything is decoded: the codestream may claim a size that no memory holds.
  if (!hasSize(*image, rows, columns)) {
    throw VerdictError("broken-pixels",
                       "the JPEG 2000 image data has another size than the header says");
  }
  if (!opj_decode(codec.get(), stream.get(), image.get())) fail();
  return image;
}

std::span<const Uint8> bytesOfItem(DcmPixelSequence& sequence, unsigned long number) {
  DcmPixelItem* item = nullptr;
  Uint8* bytes = nullptr;
  if (sequence.getItem(item, number).bad()) fail();
  if (item->getLength() == 0) return {};
  if (item->getUint8Array(bytes).bad() || bytes == nullptr) fail();
  return {bytes, item->getLength()};
}

DcmPixelSequence& pixelSequenceOf(DcmDataset& dataset) {
  DcmElement* element = nullptr;
  DcmPixelSequence* sequence = nullptr;
  if (dataset.findAndGetElement(DCM_PixelData, element).bad()) fail();
  auto* pixelData = dynamic_cast<DcmPixelData*>(element);
  E_TransferSyntax syntax = EXS_Unknown;
  const DcmRepresentationParameter* parameter = nullptr;
  if (pixelData == nullptr) fail();
  pixelData->getOriginalRepresentationKey(syntax, parameter);
  if (pixelData->getEncapsulatedRepresentation(syntax, parameter, sequence).bad()) fail();
  if (sequence == nullptr || sequence->card() == 0) fail();
  return *sequence;
}

// The codestream of each frame.
std::vector<std::vector<Uint8>> framesOf(DcmDataset& dataset, int frames) {
  DcmPixelSequence& sequence = pixelSequenceOf(dataset);
  Fragments fragments;
  for (unsigned long i = 1; i < sequence.card(); ++i) {  // the offset table comes first
    fragments.push_back(bytesOfItem(sequence, i));
  }
  const std::vector<std::size_t> first =
      firstFragments(bytesOfItem(sequence, 0), fragments, static_cast<std::size_t>(frames));
  std::vector<std::vector<Uint8>> result(first.size());
  for (std::size_t frame = 0; frame < first.size(); ++frame) {
    const std::size_t end = frame + 1 < first.size() ? first[frame + 1] : fragments.size();
    for (std::size_t i = first[frame]; i < end; ++i) {
      result[frame].insert(result[frame].end(), fragments[i].begin(), fragments[i].end());
    }
  }
  return result;
}

}  // namespace

std::vector<std::uint32_t> decodeJpeg2000(DcmDataset& dataset, int rows, int columns, int frames) {
  std::vector<std::uint32_t> values;
  for (const auto& bytes : framesOf(dataset, frames)) {
    const Image image = decodeFrame(bytes, rows, columns);
    if (!hasSize(*image, rows, columns) || image->comps[0].data == nullptr) fail();
    const OPJ_INT32* data = image->comps[0].data;
    values.insert(values.end(), data,
                  data + static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns));
  }
  return values;
}

}  // namespace cmr
