// When images of a series arrived late, results of the incomplete series are followed by results of
// the whole one; the earlier ones then leave the archive.
#pragma once

#include "plugin/archive.h"
#include "plugin/job_store.h"
#include "plugin/worker_supervisor.h"

namespace cmr {

// Thread ownership: one thread.
class Superseder {
 public:
  // remove: false only notes at the earlier job which one superseded it.
  Superseder(Archive& archive, JobStore& store, bool remove, LogCallback log);

  // Deletes only what the job store knows as stored by the superseded job and what itself says that
  // we wrote it, in the job's study; a crash in between is made up for by the next call. Throws
  // ResourceError when the archive refuses.
  void removeOutdated();

 private:
  int removeObjects(const JobStore::Outdated& outdated);

  Archive& archive_;
  JobStore& store_;
  const bool remove_;
  const LogCallback log_;
};

}  // namespace cmr
