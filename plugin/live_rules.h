// The routing rules in use, read again when their file changes. A file that is broken changes
// nothing: the last good rules stay, and the status says what is wrong.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "config/check_rules.h"
#include "config/rules.h"
#include "plugin/worker_supervisor.h"

namespace cmr {

// One version of the rules.
struct RulesInUse {
  RuleSet rules;
  std::string sha256;  // of the text
};

struct RulesStatus {
  std::string file;  // empty: the rules that ship
  std::string text;  // of the rules in use
  std::string sha256;
  std::int64_t readMs = 0;  // Unix time, for people
  RuleReport inUse;         // with the warnings
  // Of the newest file when it cannot be used; empty: the file is what is in use.
  std::string problem;
  std::optional<RuleReport> refused;
  std::string refusedText;  // that its lines count in
  bool isEditable = false;
};

// Thread ownership: any thread; one mutex inside. The audit trail asks with the job store's lock
// held (audit_trail.h): nothing here may call into the store, and the log callback may not, either.
class LiveRules {
 public:
  // file: empty for the rules that ship. Throws InputError when it cannot be used: there is no last
  // good version yet.
  // isEditable: replace() is allowed. known: what rules may name of the configuration.
  explicit LiveRules(
      std::string file, LogCallback log = [](LogLevel, const std::string&) {},
      bool isEditable = false, KnownNames known = {});

  // Looks at the file first: a change (of its time, size or inode) is read at once.
  RulesInUse now();
  // Reads the file whether or not it seems changed. False: it is broken, status() says how.
  bool reload();
  // Writes the file anew, as a whole or not at all; the earlier one is kept beside it as
  // FILE.previous. Throws InputError when the text is broken, ResourceError when it cannot be
  // written.
  enum class Replaced { done, notEditable, changedMeanwhile };
  Replaced replace(const std::string& text, const std::string& replacesSha256);
  RulesStatus status() const;
  const KnownNames& known() const { return known_; }

 private:
  struct Stamp {
    std::int64_t mtimeNs = 0;
    std::int64_t size = -1;
    std::uint64_t inode = 0;
    bool operator==(const Stamp&) const = default;
  };
  Stamp stampOfFile() const;
  bool readAgain();  // the mutex is held
  void refuse(const std::string& problem, std::optional<RuleReport> report);

  const std::string file_;
  const LogCallback log_;
  const bool isEditable_;
  const KnownNames known_;
  mutable std::mutex mutex_;  // guards everything below
  Stamp stamp_;
  std::optional<RulesInUse> use_;
  RulesStatus status_;
};

}  // namespace cmr
