#include "dicom_sr/write_dataset.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcostrmb.h>
#include <dcmtk/dcmdata/dctk.h>

#include <cmath>
#include <cstdio>
#include <memory>
#include <utility>

#include "analysis/errors.h"
#include "dicom_sr/jpeg_ls.h"

namespace cmr {
namespace {

constexpr std::size_t headerReserve = 65536;  // preamble and file meta information

void require(const OFCondition& condition, const DcmTagKey& tag) {
  if (condition.good()) return;
  throw Error("DCMTK refuses a value of " + std::string(tag.toString().c_str()) + ": " +
              condition.text());
}

// What scientific prose uses beyond ASCII, in ASCII.
constexpr std::pair<const char*, const char*> transliterations[] = {
    {"\xC2\xB2", "2"},      {"\xC2\xB3", "3"},      {"\xC2\xB1", "+/-"},   {"\xC2\xB0", " deg"},
    {"\xC2\xB7", "*"},      {"\xC3\x97", "x"},      {"\xE2\x80\x93", "-"}, {"\xE2\x80\x94", "-"},
    {"\xE2\x88\x92", "-"},  {"\xE2\x80\x99", "'"},  {"\xE2\x80\x9C", "'"}, {"\xE2\x80\x9D", "'"},
    {"\xE2\x89\xA4", "<="}, {"\xE2\x89\xA5", ">="}, {"\xC3\xA9", "e"},     {"\xC3\xA4", "ae"},
    {"\xC3\xB6", "oe"},     {"\xC3\xBC", "ue"}};

// A file around a dataset that stays where it is: a copy would need as much memory again.
class FileOf {
 public:
  explicit FileOf(DcmDataset& dataset) : file_(&dataset, OFFalse) {}
  ~FileOf() { file_.getAndRemoveDataset(); }
  FileOf(const FileOf&) = delete;
  FileOf& operator=(const FileOf&) = delete;

  std::string bytes(E_TransferSyntax syntax) {
    require(file_.validateMetaInfo(syntax), DCM_FileMetaInformationGroupLength);
    const std::size_t length = file_.calcElementLength(syntax, EET_ExplicitLength) + headerReserve;
    std::string bytes(length, '\0');
    DcmOutputBufferStream stream(bytes.data(), static_cast<offile_off_t>(bytes.size()));
    file_.transferInit();
    const OFCondition written =
        file_.write(stream, syntax, EET_ExplicitLength, nullptr, EGL_withoutGL);
    file_.transferEnd();
    if (written.bad()) throw Error(std::string("DCMTK cannot write the object: ") + written.text());
    void* begin = nullptr;
    offile_off_t used = 0;
    stream.flushBuffer(begin, used);
    bytes.resize(static_cast<std::size_t>(used));
    return bytes;
  }

 private:
  DcmFileFormat file_;
};

bool isContinuationByte(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

}  // namespace

void putText(DcmItem& item, const DcmTagKey& tag, const std::string& value) {
  require(item.putAndInsertOFStringArray(tag, OFString(value.data(), value.size())), tag);
}

void putUint16(DcmItem& item, const DcmTagKey& tag, unsigned value) {
  require(item.putAndInsertUint16(tag, static_cast<Uint16>(value)), tag);
}

DcmItem& addItem(DcmItem& item, const DcmTagKey& sequence) {
  DcmItem* added = nullptr;
  require(item.findOrCreateSequenceItem(sequence, added, -2), sequence);
  return *added;
}

void putEmptySequence(DcmItem& item, const DcmTagKey& sequence) {
  require(item.insertEmptyElement(sequence), sequence);
}

void addCode(DcmItem& item, const DcmTagKey& sequence, const Code& code) {
  DcmItem& coded = addItem(item, sequence);
  // PS3.3 8.1: what is longer than 16 characters goes into Long Code Value.
  putText(coded, code.value.size() > 16 ? DCM_LongCodeValue : DCM_CodeValue, code.value);
  putText(coded, DCM_CodingSchemeDesignator, code.scheme);
  putText(coded, DCM_CodeMeaning, plainText(code.meaning, 64));
}

std::string plainText(const std::string& text, std::size_t maxLength) {
  std::string plain;
  for (std::size_t i = 0; i < text.size();) {
    bool known = false;
    for (const auto& [from, to] : transliterations) {
      if (text.compare(i, std::char_traits<char>::length(from), from) != 0) continue;
      plain += to;
      i += std::char_traits<char>::length(from);
      known = true;
      break;
    }
    if (known) continue;
    const char c = text[i++];
    if (c == '\\') {
      plain += '/';
    } else if (c >= ' ' && c <= '~') {
      plain += c;
    } else if (!isContinuationByte(c)) {
      plain += (c == '\n' || c == '\t' || c == '\r') ? ' ' : '?';
    }
  }
  if (plain.size() > maxLength) plain.resize(maxLength);
  while (!plain.empty() && plain.back() == ' ') plain.pop_back();
  return plain;
}

std::string decimalString(double value) {
  if (!std::isfinite(value)) throw Error("a number to be written is not finite");
  char text[40];
  for (int digits = 9; digits > 0; --digits) {
    std::snprintf(text, sizeof text, "%.*g", digits, value);
    if (std::char_traits<char>::length(text) <= 16) break;
  }
  return text;
}

std::string encodeFile(DcmDataset& dataset, PixelCoding coding) {
  const bool isNative = coding == PixelCoding::native;
  if (!isNative && dataset.tagExists(DCM_PixelData)) compressJpegLs(dataset);
  const E_TransferSyntax syntax = isNative ? EXS_LittleEndianExplicit : EXS_JPEGLSLossless;
  return FileOf(dataset).bytes(syntax);
}

}  // namespace cmr
