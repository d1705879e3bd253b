// Which model package new jobs are for where their rule names none: the configuration's `Package`,
// until an administrator chooses one of its `Packages`. The job store keeps the choice.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "plugin/audit_trail.h"
#include "plugin/package_shelf.h"

namespace cmr {

// Thread ownership: any thread. Throws ResourceError.
class PackageChoice {
 public:
  // Says loudly when what was chosen is not in the configuration any more: new jobs are for its
  // `Package` then, until somebody chooses anew or the package is back.
  PackageChoice(JobStore& store, PackageShelf& shelf, const LogCallback& log);

  // Its name on the shelf; empty: the configuration's `Package`.
  std::string inUse() const;
  // Hash of what a new job is for, by the name that its rule gives; empty: it gives none.
  std::string sha256(const std::string& byRule = {}) const;

  // Why jobs for this package could not be taken now; empty when they could. Throws InputError
  // when the configuration has no package of this name.
  std::string problemOf(const std::string& name);
  // Jobs that are queued keep theirs. Empty name: back to the configuration's. False: `replaced`
  // is not the version of the choice any more.
  bool choose(const std::string& name, const Actor& by,
              const std::optional<std::int64_t>& replaced);

  // {"package" (what was chosen), "inUse", "sha256", "since", "user", "role", "version", "problem"
  // (empty unless what was chosen is not configured)}; null stands for the configuration's, for
  // nobody and for never.
  nlohmann::json status() const;

 private:
  bool isConfigured(const std::string& name) const;
  std::string problemOf(const AuditTrail::PackageChoice& choice) const;

  JobStore& store_;
  PackageShelf& shelf_;
  const LogCallback log_;
};

}  // namespace cmr
