#include "plugin/change_watermark.h"

#include <algorithm>

namespace cmr {

void ChangeWatermark::arrived(const std::string& instanceId, std::int64_t sequence) {
  if (!sequences_.emplace(instanceId, sequence).second) return;
  order_.emplace(sequence, instanceId);
}

void ChangeWatermark::settled(const std::string& instanceId) {
  const auto found = sequences_.find(instanceId);
  if (found == sequences_.end()) return;
  order_.erase({found->second, instanceId});
  sequences_.erase(found);
}

void ChangeWatermark::readUpTo(std::int64_t sequence) { read_ = std::max(read_, sequence); }

std::int64_t ChangeWatermark::dealtWith() const {
  return order_.empty() ? read_ : std::min(read_, order_.begin()->first - 1);
}

std::vector<std::string> ChangeWatermark::unsettled(std::size_t limit) const {
  std::vector<std::string> ids;
  for (auto entry = order_.begin(); entry != order_.end() && ids.size() < limit; ++entry) {
    ids.push_back(entry->second);
  }
  return ids;
}

}  // namespace cmr
