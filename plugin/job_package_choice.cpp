// What the job store keeps of the choice of the model package that new jobs are for.
#include "plugin/audit_trail.h"
#include "plugin/job_store_impl.h"

namespace cmr {
namespace {

AuditTrail::PackageChoice choiceIn(SqliteConnection& connection) {
  SqliteStatement row(connection, "SELECT name, user, role, at_ms, version FROM package_choice");
  if (!row.step()) return {};
  return {row.bytes(0), {row.bytes(1), row.bytes(2)}, row.integer(3), row.integer(4)};
}

// Names of packages are plain (config/plain_name.h): nothing in them has to be escaped.
std::string nameJson(const std::string& name) {
  return name.empty() ? R"({"package":null})" : R"({"package":")" + name + "\"}";
}

}  // namespace

AuditTrail::PackageChoice AuditTrail::chosenPackage() {
  const std::lock_guard guard(store_.impl_->mutex);
  return choiceIn(store_.impl_->connection);
}

bool AuditTrail::choosePackage(const std::string& name, const Actor& by,
                               const std::optional<std::int64_t>& replaced) {
  JobStore::Impl& impl = *store_.impl_;
  const std::lock_guard guard(impl.mutex);
  SqliteTransaction transaction(impl.connection);
  const PackageChoice before = choiceIn(impl.connection);
  if (replaced && *replaced != before.version) return false;
  if (before.name == name) return true;
  SqliteStatement(impl.connection,
                  "INSERT OR REPLACE INTO package_choice (only_row, version, name, user, role,"
                  " at_ms) VALUES (1, ?, ?, ?, ?, ?)")
      .bind(before.version + 1, name, by.user, by.role, unixTimeMs())
      .run();
  impl.audit(by, {"package", "choose", "", nameJson(before.name), nameJson(name)});
  transaction.commit();
  return true;
}

}  // namespace cmr
