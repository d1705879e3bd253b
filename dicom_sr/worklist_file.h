// Worklist files (.wl): one scheduled exam each, as a DICOM file (PS3.4 K.6.1.2.2).
#pragma once

#include <map>
#include <string>
#include <vector>

namespace cmr {

struct WorklistFile {
  // Keyword to value in UTF-8, of the data set and of its one scheduled procedure step, whose
  // values count where both have one. What is blank is not there.
  std::map<std::string, std::string> values;
  std::vector<std::map<std::string, std::string>> codes;  // ScheduledProtocolCodeSequence
};

inline constexpr std::size_t largestWorklistFile = std::size_t{1} << 20;  // bytes

// Throws InputError saying why the file cannot be used: no DICOM file, cut off, texts that are not
// in the character set that the file names (or are more than ASCII when it names none), no or
// several steps.
WorklistFile readWorklistFile(const std::string& bytes);

struct ReadWorklistFile {
  std::string name;   // of the file, without its folder
  std::string error;  // empty: it was read
  WorklistFile file;
};

// Every file of the folder whose name ends in ".wl", by name; folders in it are not looked into.
// Links, what is no plain file, and files that are too large are not opened and have an error.
// Throws InputError when the folder cannot be read.
std::vector<ReadWorklistFile> readWorklistFolder(const std::string& folder);

}  // namespace cmr
