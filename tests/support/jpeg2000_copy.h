// Lossless JPEG 2000 copies of real instances, for tests: DCMTK has no such encoder.
#pragma once

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcpxitem.h>
#include <dcmtk/dcmdata/dctk.h>
#include <openjpeg.h>

#include <cstring>
#include <memory>
#include <vector>

#include "tests/support/dicom_edit.h"

namespace cmr::test {

struct MemoryWriter {
  std::vector<Uint8> bytes;
  std::size_t at = 0;
};

inline OPJ_SIZE_T writeTo(void* data, OPJ_SIZE_T count, void* user) {
  auto& writer = *static_cast<MemoryWriter*>(user);
  writer.bytes.resize(std::max(writer.bytes.size(), writer.at + count));
  std::memcpy(writer.bytes.data() + writer.at, data, count);
  writer.at += count;
  return count;
}

inline OPJ_OFF_T skipIn(OPJ_OFF_T count, void* user) {
  static_cast<MemoryWriter*>(user)->at += static_cast<std::size_t>(count);
  return count;
}

inline OPJ_BOOL seekIn(OPJ_OFF_T position, void* user) {
  static_cast<MemoryWriter*>(user)->at = static_cast<std::size_t>(position);
  return OPJ_TRUE;
}

// One codestream of 16 bit values; isSigned is what the codestream says of itself.
inline std::vector<Uint8> encodeJpeg2000(const std::vector<std::int32_t>& values, int rows,
                                         int columns, bool isSigned) {
  opj_image_cmptparm_t component{};
  component.dx = component.dy = 1;
  component.w = static_cast<OPJ_UINT32>(columns);
  component.h = static_cast<OPJ_UINT32>(rows);
  component.prec = 16;
  component.sgnd = isSigned ? 1 : 0;
  const std::unique_ptr<opj_image_t, decltype(&opj_image_destroy)> image(
      opj_image_create(1, &component, OPJ_CLRSPC_GRAY), &opj_image_destroy);
  image->x1 = component.w;
  image->y1 = component.h;
  std::copy(values.begin(), values.end(), image->comps[0].data);
  opj_cparameters_t parameters;
  opj_set_default_encoder_parameters(&parameters);
  parameters.tcp_numlayers = 1;
  parameters.cp_disto_alloc = 1;
  if (std::min(rows, columns) < 64) parameters.numresolution = 1;
  const std::unique_ptr<opj_codec_t, decltype(&opj_destroy_codec)> codec(
      opj_create_compress(OPJ_CODEC_J2K), &opj_destroy_codec);
  opj_setup_encoder(codec.get(), &parameters, image.get());
  const std::unique_ptr<opj_stream_t, decltype(&opj_stream_destroy)> stream(
      opj_stream_create(OPJ_J2K_STREAM_CHUNK_SIZE, OPJ_FALSE), &opj_stream_destroy);
  MemoryWriter writer;
  opj_stream_set_write_function(stream.get(), writeTo);
  opj_stream_set_skip_function(stream.get(), skipIn);
  opj_stream_set_seek_function(stream.get(), seekIn);
  opj_stream_set_user_data(stream.get(), &writer, nullptr);
  opj_start_compress(codec.get(), image.get(), stream.get());
  opj_encode(codec.get(), stream.get());
  opj_end_compress(codec.get(), stream.get());
  return writer.bytes;
}

// The instance with these codestreams, or fragments of some, as its pixel data.
inline InstanceBytes withCodestreams(const InstanceBytes& instance,
                                     const std::vector<std::vector<Uint8>>& codestreams,
                                     const std::vector<Uint32>& offsets = {}) {
  DcmFileFormat file;
  parse(instance.bytes, file);
  DcmDataset& dataset = *file.getDataset();
  auto sequence = std::make_unique<DcmPixelSequence>(DCM_PixelSequenceTag);
  auto table = std::make_unique<DcmPixelItem>(DCM_PixelItemTag);
  std::vector<Uint8> tableBytes;
  for (const Uint32 offset : offsets) {
    for (int shift = 0; shift < 32; shift += 8) {
      tableBytes.push_back(static_cast<Uint8>(offset >> shift));
    }
  }
  if (!tableBytes.empty()) table->putUint8Array(tableBytes.data(), tableBytes.size());
  sequence->insert(table.release());
  for (std::vector<Uint8> bytes : codestreams) {
    if (bytes.size() % 2 != 0) bytes.push_back(0);
    auto item = std::make_unique<DcmPixelItem>(DCM_PixelItemTag);
    item->putUint8Array(bytes.data(), bytes.size());
    sequence->insert(item.release());
  }
  auto pixelData = std::make_unique<DcmPixelData>(DCM_PixelData);
  pixelData->putOriginalRepresentation(EXS_JPEG2000LosslessOnly, nullptr, sequence.release());
  dataset.insert(pixelData.release(), true);
  return {instance.name, encode(file, EXS_JPEG2000LosslessOnly)};
}

}  // namespace cmr::test
