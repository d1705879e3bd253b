// Who changed what, when, from what to what: a table that is only ever appended to, part of the job
// store's database. Each row is written in the transaction of its change; the rows of jobs, queue,
// deliveries and worklist by the job store itself.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "plugin/actor.h"
#include "plugin/job_store.h"

namespace cmr {

struct AuditEntry {
  std::int64_t id = 0;    // grows
  std::int64_t atMs = 0;  // Unix time
  Actor by;
  std::string kind;     // of auditKinds()
  std::string action;   // "cancel", "retry", "priority", ...
  std::string subject;  // job, worklist entry, destination, file; empty: there is one only
  std::string wasJson;  // a JSON object; empty: nothing was there
  std::string becameJson;
};

// "job", "queue", "deliveries", "worklist", "rules", "study", "package".
const std::vector<std::string>& auditKinds();

struct RulesVersion {
  std::string sha256;
  std::string text;
  std::string file;  // empty: the rules that ship
};

// Thread ownership: any thread. Throws ResourceError.
class AuditTrail {
 public:
  explicit AuditTrail(JobStore& store) : store_(store) {}

  struct Filter {
    std::string kind;     // empty: any
    std::string subject;  // empty: any
    std::string user;     // empty: any
    std::size_t limit = 100;
    std::size_t offset = 0;
  };
  std::vector<AuditEntry> list(const Filter& filter);  // newest first

  // `write` puts the file there and says whether it did, `takeBack` undoes that where the row
  // cannot be kept; the row and the file are there both or neither, but for a crash between the
  // two: then noteRules() finds the file.
  bool replaceRules(const Actor& by, const RulesVersion& rules, const std::function<bool()>& write,
                    const std::function<void()>& takeBack);
  // What is in use now, asked for while nobody else can change it over REST; on record when it is
  // another than before.
  void noteRules(const Actor& by, const std::string& action,
                 const std::function<RulesVersion()>& inUse);
  // name: as rules give it; empty: the package where they give none.
  void notePackage(const std::string& folder, const std::string& sha256,
                   const std::string& name = {});

  // The model package that new jobs are for where their rule names none, as people said last.
  struct PackageChoice {
    std::string name;  // empty: that of the configuration
    Actor by;
    std::int64_t atMs = 0;     // Unix time; 0: nobody ever chose
    std::int64_t version = 0;  // grows with each choice
  };
  PackageChoice chosenPackage();
  // False: `replaced` is not the version of the choice any more, nothing changed. The same again
  // changes nothing either. Without `replaced` whatever is there is replaced.
  bool choosePackage(const std::string& name, const Actor& by,
                     const std::optional<std::int64_t>& replaced);

  struct EarlierRules {
    std::string sha256;
    std::int64_t sinceMs = 0;
  };
  // Rules that were in use, the newest first, each as often as it was taken into use.
  std::vector<EarlierRules> rulesHistory(std::size_t limit);
  std::optional<std::string> rulesText(const std::string& sha256);
  // Of those that were on record last as in use; absent before any were.
  std::optional<std::string> lastRulesText();

  // Rows older than that, at most `limit`; returns how many. Nothing else removes a row.
  int forgetOld(std::int64_t beforeMs, std::size_t limit);

 private:
  JobStore& store_;
};

}  // namespace cmr
