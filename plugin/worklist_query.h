// What an asker of the worklist wants to know, as Orthanc shows a query in JSON.
//
// Orthanc compares an entry with every key, also those that an entry does not have, and answers
// with a step only if the step meets all keys as they were asked. The standard has a server ignore
// keys that it does not match, but answer with them (PS3.4 K.2.2.1.1.2, K.2.2.1.2), and reads times
// in another way than as texts. So another question is put to Orthanc, and its answer is made of an
// entry that meets the original question.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "plugin/worklist_dataset.h"
#include "plugin/worklist_start.h"

namespace cmr {

class WorklistQuery {
 public:
  // asked: in Orthanc's short format, {"gggg,eeee": text, null or [items]}.
  explicit WorklistQuery(nlohmann::json asked);

  // The keys that Orthanc is to match, as it makes DICOM of them; the character set is JSON's.
  const nlohmann::json& forOrthanc() const { return forOrthanc_; }

  // Whether an entry meets the keys that Orthanc is not asked about: the start, and that a code
  // that has a value is not met by none.
  bool isMetBy(const WorklistItem& entry) const;

  // Whether Orthanc leaves the step out of every answer: a manufacturer's own key within it has a
  // value, and Orthanc makes no such attribute.
  bool hidesSteps() const;

  // The entry, with what was asked for and it lacks: empty, where Orthanc's matching allows it.
  WorklistItem answer(WorklistItem entry) const;

 private:
  std::string keyOfStep(const char* tag) const;

  nlohmann::json asked_;
  nlohmann::json forOrthanc_;
  std::optional<AskedStart> start_;  // empty: Orthanc is asked about it, too
  bool namesACode_ = false;
};

}  // namespace cmr
