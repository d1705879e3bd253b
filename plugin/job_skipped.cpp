// What the job store remembers of series that were left alone.
#include "plugin/job_store_impl.h"
#include "plugin/list_conditions.h"

namespace cmr {
namespace {

// A reason quotes values of the images, which may be of any length.
constexpr std::size_t longestReason = 4000;

// Not within a letter of UTF-8 (RFC 3629: bytes 10xxxxxx go on with one).
std::string shortened(const std::string& reason) {
  if (reason.size() <= longestReason) return reason;
  std::size_t end = longestReason;
  while (end > 0 && (static_cast<unsigned char>(reason[end]) & 0xC0U) == 0x80U) --end;
  return reason.substr(0, end) + " ...";
}

}  // namespace

void JobStore::recordSkipped(const SkippedSeries& series) {
  const std::lock_guard guard(impl_->mutex);
  SqliteTransaction transaction(impl_->connection);
  SqliteStatement(impl_->connection, "DELETE FROM skipped WHERE orthanc_series = ?")
      .bind(series.orthancSeriesId)
      .run();
  SqliteStatement(impl_->connection,
                  "INSERT INTO skipped (orthanc_series, orthanc_study, series_uid, reason, at_ms)"
                  " VALUES (?, ?, ?, ?, ?)")
      .bind(series.orthancSeriesId, series.orthancStudyId, series.SeriesInstanceUID,
            shortened(series.reason), unixTimeMs())
      .run();
  SqliteStatement(impl_->connection,
                  "DELETE FROM skipped WHERE seq IN"
                  " (SELECT seq FROM skipped ORDER BY seq DESC LIMIT -1 OFFSET ?)")
      .bind(impl_->settings.mostSkipped)
      .run();
  transaction.commit();
}

void JobStore::forgetSkipped(const std::string& orthancId) {
  const std::lock_guard guard(impl_->mutex);
  SqliteStatement(impl_->connection,
                  "DELETE FROM skipped WHERE orthanc_series = ?1 OR orthanc_study = ?1")
      .bind(orthancId)
      .run();
}

std::vector<JobStore::SkippedSeries> JobStore::skippedSeries(const SkippedFilter& filter) {
  ListConditions conditions;
  conditions.add("orthanc_series = ?", filter.orthancSeriesId);
  conditions.add("orthanc_study = ?", filter.orthancStudyId);
  const std::lock_guard guard(impl_->mutex);
  SqliteStatement rows(impl_->connection,
                       "SELECT orthanc_series, orthanc_study, series_uid, reason, at_ms"
                       " FROM skipped" +
                           conditions.newestFirst("seq"));
  conditions.bind(rows, filter.limit, filter.offset);
  std::vector<SkippedSeries> found;
  while (rows.step()) {
    found.push_back({rows.bytes(0), rows.bytes(1), rows.bytes(2), rows.bytes(3), rows.integer(4)});
  }
  return found;
}

}  // namespace cmr
