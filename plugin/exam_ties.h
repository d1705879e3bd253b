// Ties scheduled exams to studies that were in the archive before they were scheduled. The intake
// ties those that arrive later.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <stop_token>
#include <string>

#include "plugin/archive.h"
#include "plugin/job_store.h"

namespace cmr {

// Thread ownership: one thread.
class ExamTies {
 public:
  // onTied: a study belongs to an exam from now on (JobStore::studiesTiedAnew).
  ExamTies(Archive& archive, JobStore& store, int expireDays, std::function<void()> onTied);

  // Asks the archive once about every exam that no study arrived for, and again when it was
  // changed. Throws ResourceError: what was not asked about is the next time.
  void tie(const std::stop_token& stop);

 private:
  void tieToStudiesNamed(const std::string& identifier);

  Archive& archive_;
  JobStore& store_;
  const int expireDays_;
  const std::function<void()> onTied_;
  std::map<std::string, std::int64_t> asked_;  // exam -> when it was changed last
};

}  // namespace cmr
