// What the job store remembers of a job besides its state: the decision that made it, its attempts.
#include <algorithm>
#include <utility>

#include "plugin/job_store_impl.h"

namespace cmr {
namespace {

constexpr char separator = ',';

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ",") + name;
  return text;
}

std::vector<std::string> parted(const std::string& text) {
  std::vector<std::string> names;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find(separator, start), text.size());
    names.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return names;
}

}  // namespace

void recordDecision(SqliteConnection& connection, std::int64_t seq, const JobSubmission& job) {
  if (job.outputs.empty() && job.decisionJson.empty()) return;
  SqliteStatement(connection, "INSERT INTO decisions (job_seq, outputs, decision) VALUES (?, ?, ?)")
      .bind(seq, joined(job.outputs), job.decisionJson)
      .run();
}

std::vector<std::string> outputsOf(SqliteConnection& connection, std::int64_t seq) {
  SqliteStatement row(connection, "SELECT outputs FROM decisions WHERE job_seq = ?");
  return row.bind(seq).step() ? parted(row.bytes(0)) : std::vector<std::string>{};
}

std::string JobStore::decision(const std::string& jobId) {
  const std::lock_guard guard(impl_->mutex);
  SqliteStatement row(impl_->connection,
                      "SELECT decision FROM decisions JOIN jobs ON jobs.seq = decisions.job_seq"
                      " WHERE jobs.id = ?");
  return row.bind(jobId).step() ? row.bytes(0) : std::string();
}

std::vector<JobStore::Attempt> JobStore::attempts(const std::string& jobId) {
  const std::lock_guard guard(impl_->mutex);
  std::vector<Attempt> found;
  SqliteStatement row(impl_->connection,
                      "SELECT begun_ms, ended_ms, outcome, attempts.cause, attempts.reason"
                      " FROM jobs JOIN attempts ON job_seq = jobs.seq WHERE id = ?"
                      " ORDER BY attempts.seq DESC");
  row.bind(jobId);
  while (row.step()) {
    Attempt attempt{row.integer(0), std::nullopt, row.bytes(2), row.bytes(3), row.bytes(4)};
    if (!row.isNull(1)) attempt.endedMs = row.integer(1);
    found.push_back(std::move(attempt));
  }
  return found;
}

}  // namespace cmr
