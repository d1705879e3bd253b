// Ties scheduled exams to studies that were in the archive before they were scheduled. The intake
// ties those that arrive later.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <stop_token>
#include <string>

#include "plugin/archive.h"
#include "plugin/job_store.h"

namespace cmr {

// Thread ownership: one thread.
class ExamTies {
 public:
  // onTied: with the archive's identifier of a study that belongs to an exam from now on; again the
  // next time when it throws.
  ExamTies(Archive& archive, JobStore& store, int expireDays,
           std::function<void(const std::string& studyId)> onTied);

  // Asks the archive once about every exam that no study arrived for, and again when it was
  // changed. Throws ResourceError: what was not asked about is the next time.
  void tie(const std::stop_token& stop);

 private:
  void tieToStudiesNamed(const std::string& identifier);
  void tellOfTied();

  Archive& archive_;
  JobStore& store_;
  const int expireDays_;
  const std::function<void(const std::string&)> onTied_;
  std::map<std::string, std::int64_t> asked_;  // exam -> when it was changed last
  std::set<std::string> untold_;               // studies that are tied, for onTied
};

}  // namespace cmr
