// The report on a study as a whole: the numbers of the reports on its series, each with its outline
// as it stands there, and what is to be said of them together.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dicom_sr/produced_object.h"
#include "dicom_sr/source.h"

namespace cmr {

struct StudyReportContent {
  // A report of ours on one series, to be among the instances.
  struct Part {
    std::string SOPInstanceUID;
    std::string label;  // "Short-axis cine": before the names of its outlines
  };
  struct Predecessor {
    std::string SOPClassUID;
    std::string SOPInstanceUID;
    std::string SeriesInstanceUID;
  };
  std::string StudyInstanceUID;
  std::string package;  // title of the model package behind the numbers
  std::string packageSha256;
  std::vector<Part> parts;
  std::vector<std::string> comments;       // in the order of reading
  std::optional<Predecessor> predecessor;  // the report on this study that this one replaces
  bool isPartial = false;                  // something that was expected is missing
  std::string fingerprint;                 // of all that the content was made of
};

// TID 1500 Comprehensive SR in a series of its own. The measurement groups of the parts that hold
// more than an area are taken over as they stand, codes, references and tracking identifiers
// included: all of them are planar (TID 1410), as OHIF shows nothing of a report with others; what
// has no outline is said in words among the evaluations. Patient and study come from the image that
// is among the instances besides the parts. UIDs follow from the content and the bytes of the
// parts. Throws InputError when a part or an image is missing, or a part is no report of ours on
// this study, VerdictError for bytes that are not DICOM.
ProducedObject writeStudyReport(const StudyReportContent& content,
                                const std::vector<InstanceBytes>& instances,
                                const std::string& dateTime);

}  // namespace cmr
