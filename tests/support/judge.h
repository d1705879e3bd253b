// Runs the tools of others over what we write and gives back what they say.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "dicom_sr/produced_object.h"
#include "dicom_sr/source.h"

namespace cmr::test {

struct Verdict {
  int status = -1;
  std::string output;  // standard output and error together
};

inline Verdict run(const std::string& command) {
  Verdict verdict;
  std::FILE* const pipe = popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return verdict;
  std::array<char, 4096> buffer;
  while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    verdict.output.append(buffer.data(), got);
  }
  const int status = pclose(pipe);
  verdict.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return verdict;
}

// Files of one test, gone with it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "cmr-test-XXXXXX").string();
    if (mkdtemp(name.data()) != nullptr) path_ = name;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }

  std::string write(const std::string& name, const std::string& bytes) const {
    const std::string file = path_ + "/" + name;
    std::ofstream(file, std::ios::binary) << bytes;
    return file;
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline std::vector<std::string> linesOf(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// dciodvfy quotes an invalid value of the source, which we are bound to repeat: identifiers with
// leading zeros in a component, and nothing else, are excused.
inline bool quotesTheSource(const std::string& line, const SeriesStack& source) {
  const std::size_t begin = line.find("Value invalid for this VR [UI] = <");
  if (begin == std::string::npos || line.find("Leading zeroes") == std::string::npos) return false;
  const std::size_t from = line.find('<', begin) + 1;
  const std::string uid = line.substr(from, line.find('>', from) - from);
  const auto carries = [&](const SourceFrame& frame) {
    return frame.SOPInstanceUID == uid || frame.SeriesInstanceUID == uid;
  };
  return uid == source.StudyInstanceUID || uid == source.FrameOfReferenceUID ||
         std::any_of(source.sources.begin(), source.sources.end(), carries);
}

// What dciodvfy calls an error and no excuse covers.
inline std::vector<std::string> dciodvfyErrors(const ProducedObject& object,
                                               const SeriesStack& source) {
  const TemporaryFolder folder;
  const Verdict verdict = run("dciodvfy -new '" + folder.write("object.dcm", object.bytes) + "'");
  std::vector<std::string> errors;
  if (verdict.output.empty()) errors.push_back("dciodvfy said nothing: is dicom3tools installed?");
  for (const std::string& line : linesOf(verdict.output)) {
    if (line.rfind("Error", 0) == 0 && !quotesTheSource(line, source)) errors.push_back(line);
  }
  return errors;
}

// What PixelMed's validator, which knows the templates row by row, calls an error; nothing where it
// is not installed. It does not evaluate the "exactly one of" conditions of TID 1410 and 1411,
// holds groups of TID 1501 against TID 1411 as well, and names the alternatives not chosen: those
// lines, of this template, are left out.
inline std::optional<std::vector<std::string>> dicomSrErrors(const ProducedObject& report,
                                                             const std::string& templateId) {
  if (!std::ifstream("/usr/share/java/pixelmed.jar")) return std::nullopt;
  const TemporaryFolder folder;
  const Verdict verdict =
      run("java -Djdk.xml.xpathExprOpLimit=0 -Djdk.xml.xpathTotalOpLimit=0 "
          "-Djdk.xml.xpathExprGrpLimit=0 -cp '/usr/share/java/*' "
          "com.pixelmed.validate.DicomSRValidator '" +
          folder.write("sr.dcm", report.bytes) + "'");
  std::vector<std::string> errors;
  for (const char* const said :
       {"Found Root Template TID_1500", "Root Template Validation Complete"}) {
    if (verdict.output.find(said) == std::string::npos) {
      errors.push_back(std::string("it does not say: ") + said);
    }
  }
  for (const std::string& line : linesOf(verdict.output)) {
    if (line.find("Error") == std::string::npos) continue;
    if (line.find("Missing conditional content item") != std::string::npos &&
        line.find(templateId) != std::string::npos) {
      continue;
    }
    errors.push_back(line);
  }
  return errors;
}

}  // namespace cmr::test
