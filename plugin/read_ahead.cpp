#include "plugin/read_ahead.h"

#include <algorithm>
#include <exception>
#include <utility>

namespace cmr {
namespace {

bool startsWith(const std::vector<InstanceBytes>& instances, const std::vector<InstanceBytes>& read,
                std::size_t count) {
  return count <= instances.size() &&
         std::equal(read.begin(), read.begin() + static_cast<std::ptrdiff_t>(count),
                    instances.begin(), [](const InstanceBytes& one, const InstanceBytes& other) {
                      return one.name == other.name && one.bytes == other.bytes;
                    });
}

}  // namespace

ReadAhead::~ReadAhead() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

void ReadAhead::begin(const HintHead& head) {
  const std::lock_guard lock(mutex_);
  if (!make_ || !isOpen_ || hint_) return;
  try {
    auto hint = std::make_unique<Hint>();
    hint->head = head;
    hint->instances.reserve(head.instanceCount);
    hint->reader = make_(head.mostPixelBytes);
    thread_ =
        std::jthread([this, at = hint.get()](const std::stop_token& stop) { readAll(*at, stop); });
    hint_ = std::move(hint);
  } catch (const std::exception&) {  // no thread, or no memory for one: it is not read ahead
  }
}

// What is too large stays away; what came before it may be read.
void ReadAhead::add(InstanceBytes instance) {
  const std::lock_guard lock(mutex_);
  if (!hint_ || !isOpen_ || hint_->instances.size() == hint_->head.instanceCount) return;
  hint_->bytes += instance.bytes.size();
  if (hint_->bytes > hint_->head.mostEncodedBytes) return;
  hint_->instances.push_back(std::move(instance));
  changed_.notify_all();
}

const InstanceBytes* ReadAhead::nextToRead(Hint& hint, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  const bool isThere = hint.read < hint.head.instanceCount &&
                       changed_.wait(lock, stop, [&] { return hint.read < hint.instances.size(); });
  return isThere && !stop.stop_requested() ? &hint.instances[hint.read] : nullptr;
}

void ReadAhead::readAll(Hint& hint, const std::stop_token& stop) {
  while (const InstanceBytes* instance = nextToRead(hint, stop)) {
    bool fits = false;
    try {
      fits = hint.reader->add(*instance);
    } catch (const std::exception&) {  // met again, and told, when the job itself is read
    }
    const std::lock_guard lock(mutex_);
    if (fits) {
      ++hint.read;
      continue;
    }
    hint.read = 0;
    break;
  }
  const std::lock_guard lock(mutex_);
  hint.isDone = true;
  changed_.notify_all();
}

std::optional<ReadAhead::Taken> ReadAhead::take(const std::vector<InstanceBytes>& instances) {
  std::jthread ended;  // settle() saw to that
  {
    const std::lock_guard lock(mutex_);
    thread_.request_stop();
    ended.swap(thread_);
  }
  if (ended.joinable()) ended.join();
  const std::lock_guard lock(mutex_);
  isOpen_ = true;
  const std::unique_ptr<Hint> hint = std::exchange(hint_, nullptr);
  if (!hint || hint->read == 0 || !startsWith(instances, hint->instances, hint->read)) return {};
  return Taken{std::move(hint->reader), hint->read};
}

bool ReadAhead::settle(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  isOpen_ = false;
  thread_.request_stop();
  return changed_.wait_for(lock, patience, [this] { return !hint_ || hint_->isDone; });
}

}  // namespace cmr
