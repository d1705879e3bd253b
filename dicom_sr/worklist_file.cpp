#include "dicom_sr/worklist_file.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "analysis/errors.h"
#include "dicom_sr/dataset_utf8.h"
#include "dicom_sr/parse_instance.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t mostInflatedOfExam = std::size_t{16} << 20;
constexpr std::size_t mostFiles = 10000;
constexpr const char* ending = ".wl";

bool isText(DcmElement& element) {
  switch (element.ident()) {
    case EVR_AE:
    case EVR_CS:
    case EVR_DA:
    case EVR_LO:
    case EVR_PN:
    case EVR_SH:
    case EVR_TM:
    case EVR_UI:
      return true;
    default:
      return false;
  }
}

std::map<std::string, std::string> textsOf(DcmItem& item) {
  std::map<std::string, std::string> texts;
  for (unsigned long i = 0; i < item.card(); ++i) {
    DcmElement* element = item.getElement(i);
    OFString value;
    if (element->getTag().isPrivate() || !isText(*element)) continue;
    if (element->getOFStringArray(value, OFTrue).bad() || value.empty()) continue;
    DcmTag tag = element->getTag();
    texts.emplace(tag.getTagName(), std::string(value.c_str(), value.length()));
  }
  return texts;
}

// RFC 3629: well-formed, shortest form, no surrogates.
bool isUtf8(const std::string& text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i]);
    const std::size_t length = first < 0x80                    ? 1
                               : first >= 0xC2 && first < 0xE0 ? 2
                               : first >= 0xE0 && first < 0xF0 ? 3
                               : first >= 0xF0 && first < 0xF5 ? 4
                                                               : 0;
    if (length == 0 || i + length > text.size()) return false;
    for (std::size_t k = 1; k < length; ++k) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xC0U) != 0x80) return false;
    }
    const auto second = length > 1 ? static_cast<unsigned char>(text[i + 1]) : 0U;
    if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
        (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F)) {
      return false;
    }
    i += length;
  }
  return true;
}

DcmItem& onlyStep(DcmDataset& dataset) {
  DcmSequenceOfItems* steps = nullptr;
  dataset.findAndGetSequence(DCM_ScheduledProcedureStepSequence, steps);
  if (steps == nullptr || steps->card() == 0) {
    throw InputError("it holds no ScheduledProcedureStepSequence");
  }
  if (steps->card() > 1) {
    throw InputError("it holds several scheduled procedure steps: one file, one step");
  }
  return *steps->getItem(0);
}

// What went wrong, for people; empty: `bytes` is the whole file.
std::string readWhole(const fs::path& path, std::string& bytes) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (file < 0) {
    return errno == ELOOP ? "it is a link, and links are not followed"
                          : std::string("it cannot be opened: ") + std::strerror(errno);
  }
  std::string problem;
  struct stat found {};
  if (::fstat(file, &found) != 0 || !S_ISREG(found.st_mode)) {
    problem = "it is no plain file";
  } else if (static_cast<std::size_t>(found.st_size) > largestWorklistFile) {
    problem = "it is larger than 1 MiB";
  }
  std::array<char, 65536> part{};
  while (problem.empty()) {
    const ssize_t got = ::read(file, part.data(), part.size());
    if (got < 0) problem = std::string("it cannot be read: ") + std::strerror(errno);
    if (got <= 0) break;
    bytes.append(part.data(), static_cast<std::size_t>(got));
    if (bytes.size() > largestWorklistFile) problem = "it is larger than 1 MiB";
  }
  ::close(file);
  return problem;
}

ReadWorklistFile readOne(const fs::path& path) {
  ReadWorklistFile read;
  read.name = path.filename().string();
  std::string bytes;
  read.error = readWhole(path, bytes);
  if (!read.error.empty()) return read;
  try {
    read.file = readWorklistFile(bytes);
  } catch (const InputError& error) {
    read.error = error.what();
  }
  return read;
}

}  // namespace

WorklistFile readWorklistFile(const std::string& bytes) {
  const std::unique_ptr<DcmFileFormat> format = parseInstance(bytes, mostInflatedOfExam);
  DcmDataset& dataset = *format->getDataset();
  toUtf8(dataset);
  DcmItem& step = onlyStep(dataset);
  WorklistFile file;
  file.values = textsOf(step);
  file.values.merge(textsOf(dataset));
  DcmSequenceOfItems* codes = nullptr;
  step.findAndGetSequence(DCM_ScheduledProtocolCodeSequence, codes);
  for (unsigned long i = 0; codes != nullptr && i < codes->card(); ++i) {
    file.codes.push_back(textsOf(*codes->getItem(i)));
  }
  auto all = file.codes;
  all.push_back(file.values);
  for (const auto& texts : all) {
    for (const auto& [keyword, text] : texts) {
      if (!isUtf8(text)) throw InputError(keyword + " is not in the character set of the file");
    }
  }
  return file;
}

std::vector<ReadWorklistFile> readWorklistFolder(const std::string& folder) {
  std::error_code error;
  std::vector<fs::path> paths;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (at->path().extension() != ending) continue;
    paths.push_back(at->path());
    if (paths.size() > mostFiles) {
      throw InputError(folder + " holds more than 10000 worklist files");
    }
  }
  if (error) throw InputError(folder + " cannot be read: " + error.message());
  std::sort(paths.begin(), paths.end());
  std::vector<ReadWorklistFile> all;
  for (const fs::path& path : paths) all.push_back(readOne(path));
  return all;
}

}  // namespace cmr
