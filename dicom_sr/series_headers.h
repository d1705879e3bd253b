// What the headers of a folder's series say, without reading pixels: what routing rules look at.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace cmr {

struct SeriesHeader {
  std::string SeriesInstanceUID;
  int instances = 0;
  // Of the instance whose SOPInstanceUID sorts first: keyword -> value as DICOM writes it, in
  // UTF-8, several values parted by backslashes; sequences and pixels left out.
  std::map<std::string, std::string> values;
  bool writtenByUs = false;
  std::vector<std::string> files;  // one of each instance, in the order of their names
};

// Every DICOM file below a folder (or the one file), by series in the order of their UIDs. Files
// that are no DICOM are passed over. Throws InputError when there is nothing to read.
std::vector<SeriesHeader> readSeriesHeaders(const std::string& path);

}  // namespace cmr
