// Changed copies of real instances, for tests of what a reader must refuse or understand.
#pragma once

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcistrmb.h>
#include <dcmtk/dcmdata/dcostrmb.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmjpls/djdecode.h>

#include <functional>
#include <memory>
#include <string>

#include "dicom_sr/source.h"

namespace cmr::test {

inline std::string encode(DcmFileFormat& file, E_TransferSyntax syntax) {
  constexpr std::size_t largestBytes = 64 << 20;
  // Not a vector, whose zeros would cost more than the file.
  const auto buffer = std::make_unique_for_overwrite<char[]>(largestBytes);
  DcmOutputBufferStream out(buffer.get(), static_cast<offile_off_t>(largestBytes));
  file.transferInit();
  file.write(out, syntax, EET_ExplicitLength, nullptr);
  file.transferEnd();
  out.flush();  // what deflates still holds data
  void* begin = nullptr;
  offile_off_t length = 0;
  out.flushBuffer(begin, length);
  return {static_cast<const char*>(begin), static_cast<std::size_t>(length)};
}

inline void parse(const std::string& bytes, DcmFileFormat& file) {
  DcmInputBufferStream in;
  in.setBuffer(bytes.data(), static_cast<offile_off_t>(bytes.size()));
  in.setEos();
  file.transferInit();
  file.read(in);
  file.transferEnd();
  file.loadAllDataIntoMemory();
  DJLSDecoderRegistration::registerCodecs();
  file.getDataset()->chooseRepresentation(EXS_LittleEndianExplicit, nullptr);
}

inline InstanceBytes edited(const InstanceBytes& instance,
                            const std::function<void(DcmDataset&)>& change,
                            E_TransferSyntax syntax = EXS_LittleEndianExplicit) {
  DcmFileFormat file;
  parse(instance.bytes, file);
  change(*file.getDataset());
  return {instance.name, encode(file, syntax)};
}

}  // namespace cmr::test
