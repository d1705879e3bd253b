// An archive of which the N-th call fails, and one that knows its results as a real archive does.
#pragma once

#include <string>
#include <type_traits>
#include <utility>

#include "tests/unit/plugin/fake_archive.h"

namespace cmr {

// What is stored begins with its SOPInstanceUID, then a space. The archive can say of it what it
// can of every image.
class RememberingArchive : public FakeArchive {
 public:
  bool isStored(const std::string& id) const {
    const std::vector<std::string> stored = storedObjects();
    return std::find(stored.begin(), stored.end(), id) != stored.end();
  }

  StoredInstance store(const std::string& bytes) override {
    instancesByUid[bytes.substr(0, bytes.find(' '))] = {bytes};
    return FakeArchive::store(bytes);
  }
  std::vector<std::string> instancesOf(const std::string& SOPInstanceUID) override {
    std::vector<std::string> found;
    for (const std::string& id : FakeArchive::instancesOf(SOPInstanceUID)) {
      if (isStored(id)) found.push_back(id);
    }
    return found;
  }
  std::optional<std::string> seriesOfInstance(const std::string& id) override {
    return isStored(id) ? "series of " + id : FakeArchive::seriesOfInstance(id);
  }
  std::optional<ArchivedSeries> series(const std::string& id) override {
    const std::string mark = "series of ";
    if (id.rfind(mark, 0) != 0) return FakeArchive::series(id);
    if (!isStored(id.substr(mark.size()))) return std::nullopt;
    ArchivedSeries own;
    own.id = id;
    own.studyId = storesInto.empty() ? "study" : storesInto;
    return own;
  }
  std::optional<InstanceTags> tags(const std::string& id) override {
    if (!isStored(id)) return FakeArchive::tags(id);
    InstanceTags own;
    own.writtenByUs = true;
    return own;
  }
};

// Thread ownership: one thread.
class FaultyArchive : public Archive {
 public:
  // refused: nothing happened. answerLost: it happened, but whoever asked is not told.
  enum class How { refused, answerLost };

  explicit FaultyArchive(Archive& real) : real_(real) {}

  // The call with this number (from 1 on, counted from here) fails, and as many after it as make
  // `calls`. onlyStores: only calls that store are counted.
  void failAt(int call, int calls, How how, bool onlyStores) {
    first_ = call;
    calls_ = calls;
    how_ = how;
    onlyStores_ = onlyStores;
    made_ = 0;
    failed_ = false;
  }
  bool failed() const { return failed_; }

  ChangePage changesSince(std::int64_t sequence, std::size_t limit) override {
    return through([&] { return real_.changesSince(sequence, limit); });
  }
  std::int64_t lastChange() override {
    return through([&] { return real_.lastChange(); });
  }
  std::vector<std::string> seriesIds(std::size_t offset, std::size_t limit) override {
    return through([&] { return real_.seriesIds(offset, limit); });
  }
  std::vector<std::string> seriesOfDays(const std::string& from, const std::string& to,
                                        std::size_t limit) override {
    return through([&] { return real_.seriesOfDays(from, to, limit); });
  }
  std::optional<std::int64_t> receivedMs(const std::string& instanceId) override {
    return through([&] { return real_.receivedMs(instanceId); });
  }
  std::optional<ArchivedStudy> study(const std::string& id) override {
    return through([&] { return real_.study(id); });
  }
  std::optional<ArchivedSeries> series(const std::string& id) override {
    return through([&] { return real_.series(id); });
  }
  std::vector<ArchivedInstance> instances(const std::string& seriesId) override {
    return through([&] { return real_.instances(seriesId); });
  }
  std::optional<std::string> seriesOfInstance(const std::string& instanceId) override {
    return through([&] { return real_.seriesOfInstance(instanceId); });
  }
  std::vector<std::string> instancesOf(const std::string& SOPInstanceUID) override {
    return through([&] { return real_.instancesOf(SOPInstanceUID); });
  }
  std::vector<std::string> studiesNamed(const std::string& identifier) override {
    return through([&] { return real_.studiesNamed(identifier); });
  }
  std::optional<InstanceTags> tags(const std::string& instanceId) override {
    return through([&] { return real_.tags(instanceId); });
  }
  std::map<std::string, std::string> sourceOf(const std::string& instanceId) override {
    return through([&] { return real_.sourceOf(instanceId); });
  }
  std::optional<std::string> contentHash(const std::string& instanceId) override {
    return through([&] { return real_.contentHash(instanceId); });
  }
  std::optional<std::string> download(const std::string& instanceId) override {
    return through([&] { return real_.download(instanceId); });
  }
  std::string whyNotOurs(const std::string& bytes, const std::string& SOPInstanceUID,
                         const std::string& StudyInstanceUID) override {
    return through([&] { return real_.whyNotOurs(bytes, SOPInstanceUID, StudyInstanceUID); });
  }
  StoredInstance store(const std::string& bytes) override {
    return through([&] { return real_.store(bytes); }, true);
  }
  void remove(const std::string& instanceId) override {
    through([&] {
      real_.remove(instanceId);
      return 0;
    });
  }
  std::string beginSending(const Destination& to, const std::string& instanceId) override {
    return through([&] { return real_.beginSending(to, instanceId); });
  }
  SendingProgress sending(const std::string& name) override {
    return through([&] { return real_.sending(name); });
  }
  void stopSending(const std::string& name) override {
    through([&] {
      real_.stopSending(name);
      return 0;
    });
  }
  void markOwn(const std::string& seriesId, const std::string& jobId) override {
    through([&] {
      real_.markOwn(seriesId, jobId);
      return 0;
    });
  }
  bool isMarkedOwn(const std::string& seriesId) override {
    return through([&] { return real_.isMarkedOwn(seriesId); });
  }

 private:
  bool failsNow(bool stores) {
    if (first_ == 0 || (onlyStores_ && !stores)) return false;
    ++made_;
    const bool hit = made_ >= first_ && made_ < first_ + calls_;
    failed_ = failed_ || hit;
    return hit;
  }

  template <typename Call>
  std::invoke_result_t<Call> through(const Call& call, bool stores = false) {
    const bool fails = failsNow(stores);
    if (fails && how_ == How::refused) throw ResourceError("the archive refuses");
    auto answer = call();
    if (fails) throw ResourceError("the archive's answer was lost");
    return answer;
  }

  Archive& real_;
  int first_ = 0;
  int calls_ = 1;
  How how_ = How::refused;
  bool onlyStores_ = false;
  int made_ = 0;
  bool failed_ = false;
};

}  // namespace cmr
