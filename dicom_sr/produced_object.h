// A DICOM object that we made, as bytes ready to be stored.
#pragma once

#include <string>
#include <vector>

namespace cmr {

// Stored in the job store and sent between processes by name and by number: add at the end.
enum class ObjectKind {
  segmentation,
  structuredReport,
  resultPage,
  document,
  contourCine,
  wallPage,
  presentationState,
  wholeCine,
  parametricMap,
  studyReport,
  volumeReport
};

struct ProducedObject {
  ObjectKind kind = ObjectKind::segmentation;
  std::string SOPClassUID;
  std::string SOPInstanceUID;
  std::string SeriesInstanceUID;
  std::string bytes;                 // a part-10 file
  std::vector<std::string> notes{};  // values of the source that could not be copied, for the log
};

// What output identity is a function of, besides the kind of object (see identity.h).
struct OutputContext {
  std::string dateTime;  // DICOM DT, "YYYYMMDDHHMMSS": an input, never the clock
  std::string packageSha256;
  std::string settingsFingerprint;  // of the settings that change results
  std::string deviceAndPrecision;   // "cpu/float32"
  // "Four-chamber": before the description of every series, so that results on several series of a
  // study can be told apart in a viewer's list. Empty for a short-axis cine.
  std::string about = {};
};

}  // namespace cmr
