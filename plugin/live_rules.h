// The routing rules in use, read again when their file changes. A file that is broken changes
// nothing: the last good rules stay, and the status says what is wrong. So at a start, too, where
// the last good ones are those of the audit trail.
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
  // file: empty for the rules that ship. One that cannot be used leaves no rules: begin().
  // isEditable: replace() is allowed. known: what rules may name of the configuration.
  explicit LiveRules(
      std::string file, LogCallback log = [](LogLevel, const std::string&) {},
      bool isEditable = false, KnownNames known = {});

  bool areThere() const;
  // Where no rules are there: the file as it is now, or else `before`, the text that was in use
  // last, with the file's problem on show. Throws InputError when neither can be used.
  void begin(const std::optional<std::string>& before);

  // Looks at the file first: a change (of its time, size or inode) is read at once. Throws
  // InputError when no rules are there.
  RulesInUse now();
  // Reads the file whether or not it seems changed. False: it is broken, status() says how.
  bool reload();
  // Writes the file anew, as a whole or not at all; the earlier one is kept beside it as
  // FILE.previous. Without a hash whatever is there is replaced, a broken file too. Throws
  // InputError when the text is broken, ResourceError when it cannot be written.
  enum class Replaced { done, notEditable, changedMeanwhile };
  Replaced replace(const std::string& text, const std::optional<std::string>& replacesSha256);
  // Undoes the last replace(), whose record could not be kept: file and rules are those of before.
  // Throws ResourceError; then the new ones stay.
  void takeBack();
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
  // The mutex is held for these.
  bool readAgain();
  void use(std::string text, RuleReport report, const std::string& name);
  void refuse(const std::string& problem, std::optional<RuleReport> report);
  bool isStill(const std::string& sha256) const;

  const std::string file_;
  const LogCallback log_;
  const bool isEditable_;
  const KnownNames known_;
  mutable std::mutex mutex_;  // guards everything below
  Stamp stamp_;
  std::optional<RulesInUse> use_;
  RulesStatus status_;
  // Of replace(), for takeBack().
  struct Earlier {
    std::optional<RulesInUse> use;
    RulesStatus status;
    bool hadFile = false;
  };
  std::optional<Earlier> earlier_;
};

}  // namespace cmr
