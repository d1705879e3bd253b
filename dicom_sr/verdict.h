// Why something of the source was not used. Stable ids for programs, one sentence for people.
#pragma once

#include <string>
#include <vector>

namespace cmr {

struct Verdict {
  std::string id;      // "not-dicom", "truncated-pixels", "missing-phases", "mixed-orientations"...
  std::string reason;  // one sentence naming the cause
  std::vector<std::string> instances;  // names or SOPInstanceUIDs concerned, at most 20
};

}  // namespace cmr
