// A worklist entry as DICOM, written without the archive's help: the archive writes every attribute
// in the VR that the dictionary gives it, and an answer may need another (plugin/worklist_query.h).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "plugin/job_store.h"

namespace cmr {

// Tag, as Orthanc writes it ("0020,000d"), to element: in the order of a data set.
struct WorklistElement;
using WorklistItem = std::map<std::string, WorklistElement>;

struct WorklistElement {
  std::string vr;
  std::string text = {};                 // UTF-8
  std::vector<WorklistItem> items = {};  // of SQ
};

// Attributes without a value are there, empty; an empty ScheduledProtocolCodeSequence is not:
// Orthanc passes over a sequence that is not there, but no key within an empty one is ever met.
WorklistItem worklistDataset(const JobStore::ScheduledExam& exam);

// The one scheduled procedure step.
WorklistItem& stepOf(WorklistItem& dataset);
const WorklistItem& stepOf(const WorklistItem& dataset);

// A file in Explicit VR Little Endian (PS3.10 7, PS3.5 7.1.2).
std::string dicomFileOf(const WorklistItem& dataset);

}  // namespace cmr
