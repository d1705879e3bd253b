#include "dicom_sr/parse_instance.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcistrmb.h>
#include <dcmtk/dcmdata/dctk.h>

#include <array>
#include <optional>
#include <string_view>

#include "dicom_sr/read_nesting.h"
#include "dicom_sr/verdict_error.h"

namespace cmr {
namespace {

constexpr std::size_t preambleLength = 128;
constexpr std::size_t bytesAtATime = std::size_t{64} << 10;

void give(DcmInputBufferStream& stream, std::string_view bytes) {
  stream.setBuffer(bytes.data(), static_cast<offile_off_t>(bytes.size()));
  stream.setEos();
}

[[noreturn]] void refuseDamaged(const std::string& why) {
  throw VerdictError("truncated-file", "the file is cut off or damaged (" + why + ")");
}

void requireShallow(std::string_view bytes) {
  if (nestsTooDeeply(bytes)) {
    throw VerdictError("absurd-nesting", "the file nests sequences deeper than any image does");
  }
}

// Where the dataset begins that DCMTK would inflate; empty: it would not. `meta` gets the file's
// meta information then.
std::optional<std::size_t> beginOfDeflated(std::string_view bytes, DcmMetaInfo& meta) {
  DcmInputBufferStream stream;
  give(stream, bytes);
  meta.transferInit();
  const OFCondition read = meta.read(stream, EXS_Unknown, EGL_noChange, DCM_MaxReadLength);
  meta.transferEnd();
  OFString syntax;
  if (read.bad() || meta.findAndGetOFString(DCM_TransferSyntaxUID, syntax).bad()) {
    return std::nullopt;
  }
  if (DcmXfer(syntax.c_str()).getStreamCompression() == ESC_none) return std::nullopt;
  return static_cast<std::size_t>(stream.tell());
}

// Data that end too early are found by the parser, as those of any file that is cut off.
std::string inflated(std::string_view deflated, std::size_t mostInflated) {
  DcmInputBufferStream stream;
  give(stream, deflated);
  const OFCondition installed = stream.installCompressionFilter(ESC_zlib);
  if (installed.bad()) refuseDamaged(installed.text());
  std::string bytes;
  std::array<char, bytesAtATime> some;
  for (;;) {
    const offile_off_t count = stream.read(some.data(), static_cast<offile_off_t>(some.size()));
    if (count <= 0) break;
    if (bytes.size() + static_cast<std::size_t>(count) > mostInflated) {
      throw VerdictError("too-much", "the file inflates to more than this program takes");
    }
    bytes.append(some.data(), static_cast<std::size_t>(count));
  }
  if (stream.status().bad()) refuseDamaged(stream.status().text());
  return bytes;
}

template <typename Object>
void readWhole(Object& object, std::string_view bytes, E_TransferSyntax syntax) {
  DcmInputBufferStream stream;
  give(stream, bytes);
  object.transferInit();
  const OFCondition read = object.read(stream, syntax);
  object.transferEnd();
  if (read.bad()) refuseDamaged(read.text());
}

}  // namespace

std::unique_ptr<DcmFileFormat> parseInstance(const std::string& bytes, std::size_t mostInflated) {
  if (bytes.size() < preambleLength + 4 || bytes.compare(preambleLength, 4, "DICM") != 0) {
    throw VerdictError("not-dicom", "this is not a DICOM file");
  }
  requireShallow(bytes);
  auto file = std::make_unique<DcmFileFormat>();
  DcmMetaInfo meta;
  const std::optional<std::size_t> begin = beginOfDeflated(bytes, meta);
  if (!begin) {
    readWhole(*file, bytes, EXS_Unknown);
    return file;
  }
  const std::string dataset = inflated(std::string_view(bytes).substr(*begin), mostInflated);
  requireShallow(dataset);
  *file->getMetaInfo() = meta;
  readWhole(*file->getDataset(), dataset, EXS_LittleEndianExplicit);
  return file;
}

}  // namespace cmr
