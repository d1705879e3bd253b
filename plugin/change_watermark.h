// How far the archive's change log is dealt with. An instance that arrived is dealt with when its
// series was looked at; the archive forgets at a crash that a series was about to become stable, so
// the log is read again from the oldest instance that nobody looked at yet.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace cmr {

// Thread ownership: one thread.
class ChangeWatermark {
 public:
  explicit ChangeWatermark(std::int64_t dealtWith = 0) : read_(dealtWith) {}

  void arrived(const std::string& instanceId, std::int64_t sequence);
  void settled(const std::string& instanceId);
  void readUpTo(std::int64_t sequence);

  // Every change up to this one needs no second look.
  std::int64_t dealtWith() const;
  // At most `limit` instances that arrived and were not looked at, oldest first.
  std::vector<std::string> unsettled(std::size_t limit) const;
  bool isUnsettled(const std::string& instanceId) const {
    return sequences_.count(instanceId) != 0;
  }
  std::size_t size() const { return sequences_.size(); }

 private:
  std::int64_t read_;
  std::set<std::pair<std::int64_t, std::string>> order_;
  std::unordered_map<std::string, std::int64_t> sequences_;
};

}  // namespace cmr
