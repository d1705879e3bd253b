#include "plugin/audit_trail.h"

#include "plugin/job_store_impl.h"
#include "plugin/list_conditions.h"

namespace cmr {
namespace {

constexpr const char* rulesMark = "rulesInUse";
constexpr const char* packageMark = "packageInUse";
constexpr const char* keptFromMark = "auditKeptFrom";  // of the trigger in job_schema.cpp

std::string hashJson(const std::string& sha256) {
  return sha256.empty() ? std::string() : R"({"sha256":")" + sha256 + "\"}";
}

std::optional<std::string> textOf(SqliteConnection& connection, const std::string& sha256) {
  SqliteStatement row(connection, "SELECT text FROM rule_texts WHERE sha256 = ?");
  if (!row.bind(sha256).step()) return std::nullopt;
  return row.bytes(0);
}

void keepText(SqliteConnection& connection, const RulesVersion& rules) {
  SqliteStatement(connection, "INSERT OR IGNORE INTO rule_texts (sha256, text) VALUES (?, ?)")
      .bind(rules.sha256, rules.text)
      .run();
}

}  // namespace

const std::vector<std::string>& auditKinds() {
  static const std::vector<std::string> kinds{"job",   "queue", "deliveries", "worklist",
                                              "rules", "study", "package"};
  return kinds;
}

void JobStore::Impl::audit(const Actor& by, const AuditedChange& change) {
  if (!by.isOnRecord()) return;
  SqliteStatement(connection,
                  "INSERT INTO audit (at_ms, user, role, kind, action, subject, was, became)"
                  " VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(unixTimeMs(), by.user, by.role, change.kind, change.action, change.subject, change.was,
            change.became)
      .run();
}

std::vector<AuditEntry> AuditTrail::list(const Filter& filter) {
  ListConditions conditions;
  conditions.add("kind = ?", filter.kind);
  conditions.add("subject = ?", filter.subject);
  conditions.add("user = ?", filter.user);
  const std::lock_guard guard(store_.impl_->mutex);
  SqliteStatement rows(store_.impl_->connection,
                       "SELECT seq, at_ms, user, role, kind, action, subject, was, became"
                       " FROM audit" +
                           conditions.newestFirst("seq"));
  conditions.bind(rows, filter.limit, filter.offset);
  std::vector<AuditEntry> entries;
  while (rows.step()) {
    entries.push_back({rows.integer(0),
                       rows.integer(1),
                       {rows.bytes(2), rows.bytes(3)},
                       rows.bytes(4),
                       rows.bytes(5),
                       rows.bytes(6),
                       rows.bytes(7),
                       rows.bytes(8)});
  }
  return entries;
}

bool AuditTrail::replaceRules(const Actor& by, const RulesVersion& rules,
                              const std::function<bool()>& write,
                              const std::function<void()>& takeBack) {
  JobStore::Impl& impl = *store_.impl_;
  const std::lock_guard guard(impl.mutex);
  SqliteTransaction transaction(impl.connection);
  keepText(impl.connection, rules);
  impl.audit(
      by, {"rules", "replace", rules.file, hashJson(impl.mark(rulesMark)), hashJson(rules.sha256)});
  impl.setMark(rulesMark, rules.sha256);
  if (!write()) return false;
  try {
    transaction.commit();
  } catch (const std::exception&) {
    takeBack();
    throw;
  }
  return true;
}

void AuditTrail::noteRules(const Actor& by, const std::string& action,
                           const std::function<RulesVersion()>& inUse) {
  JobStore::Impl& impl = *store_.impl_;
  const std::lock_guard guard(impl.mutex);
  const RulesVersion rules = inUse();
  const std::string before = impl.mark(rulesMark);
  if (before == rules.sha256) return;
  SqliteTransaction transaction(impl.connection);
  keepText(impl.connection, rules);
  impl.audit(by, {"rules", action, rules.file, hashJson(before), hashJson(rules.sha256)});
  impl.setMark(rulesMark, rules.sha256);
  transaction.commit();
}

void AuditTrail::notePackage(const std::string& folder, const std::string& sha256,
                             const std::string& name) {
  JobStore::Impl& impl = *store_.impl_;
  const std::lock_guard guard(impl.mutex);
  const std::string mark = name.empty() ? packageMark : std::string(packageMark) + " " + name;
  const std::string before = impl.mark(mark.c_str());
  if (before == sha256) return;
  SqliteTransaction transaction(impl.connection);
  impl.audit({{}, serviceRole}, {"package", "found", folder, hashJson(before), hashJson(sha256)});
  impl.setMark(mark.c_str(), sha256);
  transaction.commit();
}

std::vector<AuditTrail::EarlierRules> AuditTrail::rulesHistory(std::size_t limit) {
  const std::lock_guard guard(store_.impl_->mutex);
  SqliteStatement rows(
      store_.impl_->connection,
      "SELECT json_extract(became, '$.sha256'), at_ms FROM audit WHERE kind = 'rules'"
      " ORDER BY seq DESC LIMIT ?");
  rows.bind(static_cast<std::int64_t>(limit));
  std::vector<EarlierRules> history;
  while (rows.step()) history.push_back({rows.bytes(0), rows.integer(1)});
  return history;
}

std::optional<std::string> AuditTrail::rulesText(const std::string& sha256) {
  const std::lock_guard guard(store_.impl_->mutex);
  return textOf(store_.impl_->connection, sha256);
}

std::optional<std::string> AuditTrail::lastRulesText() {
  JobStore::Impl& impl = *store_.impl_;
  const std::lock_guard guard(impl.mutex);
  return textOf(impl.connection, impl.mark(rulesMark));
}

int AuditTrail::forgetOld(std::int64_t beforeMs, std::size_t limit) {
  JobStore::Impl& impl = *store_.impl_;
  const std::lock_guard guard(impl.mutex);
  SqliteTransaction transaction(impl.connection);
  impl.setMark(keptFromMark, std::to_string(beforeMs));
  SqliteStatement(impl.connection,
                  "DELETE FROM audit WHERE seq IN (SELECT seq FROM audit WHERE at_ms < ?"
                  " ORDER BY seq LIMIT ?)")
      .bind(beforeMs, static_cast<std::int64_t>(limit))
      .run();
  const int forgotten = static_cast<int>(impl.connection.changedRows());
  if (forgotten == 0) return 0;
  SqliteStatement(impl.connection,
                  "DELETE FROM rule_texts WHERE sha256 <> ? AND NOT EXISTS (SELECT 1 FROM audit"
                  " WHERE kind = 'rules' AND became = '{\"sha256\":\"' || sha256 || '\"}')")
      .bind(impl.mark(rulesMark))
      .run();
  transaction.commit();
  return forgotten;
}

}  // namespace cmr
