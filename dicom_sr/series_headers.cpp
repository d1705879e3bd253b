#include "dicom_sr/series_headers.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <string_view>

#include "analysis/errors.h"
#include "dicom_sr/dataset_values.h"
#include "dicom_sr/own_output.h"
#include "dicom_sr/parse_instance.h"
#include "dicom_sr/read_series.h"
#include "dicom_sr/verdict_error.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;

// Bytes in UTF-8. Orthanc says nothing of longer values (ORTHANC_MAXIMUM_TAG_LENGTH), so the rules
// do not see them there, either.
constexpr std::size_t longestValue = 256;
constexpr std::string_view retired = "RETIRED_";  // DCMTK's mark, which Orthanc leaves out

std::vector<fs::path> filesBelow(const std::string& path) {
  std::error_code error;
  if (!fs::exists(path, error)) throw InputError("there is no " + path);
  if (!fs::is_directory(path, error)) return {path};
  std::vector<fs::path> files;
  const auto options = fs::directory_options::skip_permission_denied;
  for (const auto& entry : fs::recursive_directory_iterator(path, options, error)) {
    if (entry.is_regular_file(error)) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::map<std::string, std::string> valuesOf(DcmDataset& dataset) {
  std::map<std::string, std::string> values;
  for (unsigned long i = 0; i < dataset.card(); ++i) {
    DcmElement* element = dataset.getElement(i);
    if (!element->isLeaf() || element->getTag().isPrivate() ||
        element->getLength() > 16 * longestValue || element->getTag() == DCM_PixelData) {
      continue;
    }
    OFString value;
    if (element->getOFStringArray(value, OFTrue).bad() || value.length() > longestValue) continue;
    DcmTag tag = element->getTag();
    std::string_view name = tag.getTagName();
    if (name.substr(0, retired.size()) == retired) name.remove_prefix(retired.size());
    values.emplace(name, std::string(value.c_str(), value.length()));
  }
  return values;
}

struct Representative {
  SeriesHeader header;
  std::string SOPInstanceUID;
  std::set<std::string> seen;
};

constexpr std::size_t beginLength = 132;  // preamble and "DICM"

// Empty when it is no DICOM file, larger than the reader takes, or cannot be read.
std::string bytesOf(const fs::path& file) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(file, error);
  if (error || size < beginLength || size > ReadLimits{}.maxPixelBytes) return {};
  std::ifstream in(file, std::ios::binary);
  std::string bytes(beginLength, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(beginLength));
  if (!in || bytes.compare(beginLength - 4, 4, "DICM") != 0) return {};
  bytes.resize(size);
  in.read(bytes.data() + beginLength, static_cast<std::streamsize>(size - beginLength));
  return in ? bytes : std::string();
}

// As the reader of images parses them, with its guards; null: it would not take the file.
std::unique_ptr<DcmFileFormat> parsed(const fs::path& file) {
  try {
    return parseInstance(bytesOf(file));
  } catch (const VerdictError&) {
    return nullptr;
  }
}

void take(const fs::path& file, std::map<std::string, Representative>& series) {
  const std::unique_ptr<DcmFileFormat> format = parsed(file);
  if (format == nullptr) return;
  DcmDataset& dataset = *format->getDataset();
  const std::string SOPInstanceUID = textOf(dataset, DCM_SOPInstanceUID);
  const std::string SeriesInstanceUID = textOf(dataset, DCM_SeriesInstanceUID);
  if (SOPInstanceUID.empty() || SeriesInstanceUID.empty()) return;
  Representative& found = series[SeriesInstanceUID];
  if (!found.seen.insert(SOPInstanceUID).second) return;
  ++found.header.instances;
  found.header.files.push_back(file.string());
  if (!found.SOPInstanceUID.empty() && found.SOPInstanceUID < SOPInstanceUID) return;
  found.SOPInstanceUID = SOPInstanceUID;
  found.header.SeriesInstanceUID = SeriesInstanceUID;
  found.header.writtenByUs = isOwnOutput(dataset);
  dataset.convertToUTF8();  // without a table for the character set the bytes stay as they are
  found.header.values = valuesOf(dataset);
}

}  // namespace

std::vector<SeriesHeader> readSeriesHeaders(const std::string& path) {
  std::map<std::string, Representative> series;
  for (const fs::path& file : filesBelow(path)) take(file, series);
  if (series.empty()) throw InputError("no DICOM file was found in " + path);
  std::vector<SeriesHeader> headers;
  for (auto& [uid, found] : series) headers.push_back(std::move(found.header));
  return headers;
}

}  // namespace cmr
