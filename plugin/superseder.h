// One acquisition group has one set of results in the archive. When images arrived late, or a
// series was asked for again with another model package or other settings, a later complete set
// follows the earlier one, which then leaves; a set whose job was cancelled half-way leaves as
// well.
#pragma once

#include <cstdint>

#include "plugin/archive.h"
#include "plugin/job_store.h"
#include "plugin/worker_supervisor.h"

namespace cmr {

// Thread ownership: one thread.
class Superseder {
 public:
  // remove: false only notes at the earlier job which one superseded it (parts of sets always go).
  Superseder(Archive& archive, JobStore& store, bool remove, LogCallback log);

  // Deletes only what the job store knows as stored by that job and what itself says that
  // we wrote it, in the job's study; a crash in between is made up for by the next call. Throws
  // ResourceError when the archive refuses.
  void removeOutdated();

 private:
  void settle(const JobStore::Outdated& outdated);
  int removeObjects(const JobStore::Outdated& outdated);

  Archive& archive_;
  JobStore& store_;
  const bool remove_;
  const LogCallback log_;
  std::int64_t settledUpTo_ = 0;  // JobStore::newestSet(); at the start all is looked at once
};

}  // namespace cmr
