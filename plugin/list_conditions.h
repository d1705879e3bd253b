// The conditions of a list that somebody asks for: only those that are there stand in the SQL, so
// that each finds its index ("?1 = '' OR state = ?1" finds none and walks the whole table).
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "plugin/sqlite_connection.h"

namespace cmr {

class ListConditions {
 public:
  // condition: with one "?" for the value. An empty value asks for nothing.
  void add(const char* condition, std::string value) {
    if (value.empty()) return;
    clause_ += (clause_.empty() ? " WHERE " : " AND ") + std::string(condition);
    values_.push_back(std::move(value));
  }

  // What follows the FROM clause. order: "seq" of the newest first.
  std::string newestFirst(const std::string& seq) const {
    return clause_ + " ORDER BY " + seq + " DESC LIMIT ? OFFSET ?";
  }
  void bind(SqliteStatement& rows, std::size_t limit, std::size_t offset) const {
    int index = 0;
    for (const std::string& value : values_) rows.bindAt(++index, value);
    rows.bindAt(++index, static_cast<std::int64_t>(limit));
    rows.bindAt(++index, static_cast<std::int64_t>(offset));
  }

 private:
  std::string clause_;
  std::vector<std::string> values_;
};

}  // namespace cmr
