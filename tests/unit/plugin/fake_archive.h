// An archive in memory for tests of the service: no SDK, no files.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "analysis/errors.h"
#include "plugin/archive.h"

namespace cmr {

// Thread ownership: any thread.
class FakeArchive : public Archive {
 public:
  struct Image {
    std::string id;
    std::string seriesId;
    std::string position = "0\\0\\0";
    std::string content = "pixels";
  };

  // --- what happens in the archive -----------------------------------------------------------

  void addSeries(const std::string& id, const std::string& studyId, int slices, int phases,
                 const std::string& modality = "MR") {
    const std::lock_guard lock(mutex_);
    ArchivedSeries& series = series_[id];
    series.id = id;
    series.studyId = studyId;
    series.SeriesInstanceUID = "1.2." + id;
    series.Modality = modality;
    studies_.insert(studyId);
    for (int slice = 0; slice < slices; ++slice) {
      for (int phase = 0; phase < phases; ++phase) {
        add(series,
            "0\\0\\" + std::to_string(8 * (slice + static_cast<int>(series_.size()) * 100)));
      }
    }
  }

  void addImage(const std::string& seriesId) {
    const std::lock_guard lock(mutex_);
    series_.at(seriesId).stable = false;
    add(series_.at(seriesId), "0\\0\\0");
  }

  void setContent(const std::string& seriesId, const std::string& content) {
    const std::lock_guard lock(mutex_);
    for (const std::string& image : series_.at(seriesId).instanceIds) {
      images_.at(image).content = content;
    }
  }

  void becomeStable(const std::string& seriesId) {
    const std::lock_guard lock(mutex_);
    series_.at(seriesId).stable = true;
    log(ChangeKind::stableSeries, seriesId);
  }

  void announceCompletion(const std::string& seriesId) {
    const std::lock_guard lock(mutex_);
    log(ChangeKind::completedSeries, seriesId);
  }

  // The archive was killed: it takes everything for stable and tells nobody.
  void forgetUnstable() {
    const std::lock_guard lock(mutex_);
    for (auto& [id, series] : series_) series.stable = true;
  }

  void studyBecomesStable(const std::string& studyId) {
    const std::lock_guard lock(mutex_);
    stableStudies_.insert(studyId);
    log(ChangeKind::stableStudy, studyId);
  }

  void deleteSeries(const std::string& id) {
    const std::lock_guard lock(mutex_);
    for (const std::string& image : series_.at(id).instanceIds) images_.erase(image);
    series_.erase(id);
  }

  void startNewLog() {
    const std::lock_guard lock(mutex_);
    log_.clear();
  }

  std::vector<std::string> storedObjects() const {
    const std::lock_guard lock(mutex_);
    return stored_;
  }

  bool refusesToStore = false;
  std::string notOurs;           // why it takes a result for something else
  std::string unreadableSeries;  // every question about it is an error
  std::string lostFile;          // of an instance that is listed all the same
  std::function<void()> onHash;
  std::string deletedBehindAPage;  // a series that leaves when a page of all was read
  std::string storesInto;          // study of what is stored; empty: "study"
  std::map<std::string, std::string> extraTags;
  std::map<std::string, std::string> source;
  std::map<std::string, std::int64_t> received;  // instance -> Unix time in ms
  std::map<std::string, std::string> studyDates;
  std::set<std::string> markedOwn;
  std::map<std::string, std::vector<std::string>> instancesByUid;
  std::map<std::string, std::vector<std::string>> studiesByIdentifier;
  std::vector<std::string> removed;
  std::string refusesToRemove;    // an instance
  std::string refusesToSend;      // an instance that other nodes do not take
  bool sendingHangs = false;      // it never ends by itself
  std::vector<std::string> sent;  // node and instance
  int stopped = 0;                // sendings
  int sendings() const {
    const std::lock_guard lock(mutex_);
    return sendings_;
  }

  // --- Archive -------------------------------------------------------------------------------

  ChangePage changesSince(std::int64_t sequence, std::size_t limit) override {
    const std::lock_guard lock(mutex_);
    ChangePage page;
    page.last = sequence;
    for (const ArchiveChange& change : log_) {
      if (change.sequence <= sequence) continue;
      if (page.changes.size() == limit) {
        page.done = false;
        break;
      }
      page.changes.push_back(change);
      page.last = change.sequence;
    }
    return page;
  }

  std::int64_t lastChange() override {
    const std::lock_guard lock(mutex_);
    return log_.empty() ? 0 : log_.back().sequence;
  }

  std::vector<std::string> seriesIds(std::size_t offset, std::size_t limit) override {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> ids;
    std::size_t place = 0;
    for (const auto& [id, series] : series_) {
      if (place++ >= offset && ids.size() < limit) ids.push_back(id);
    }
    if (!deletedBehindAPage.empty()) series_.erase(std::exchange(deletedBehindAPage, {}));
    return ids;
  }

  std::vector<std::string> seriesOfDays(const std::string& from, const std::string& to,
                                        std::size_t limit) override {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> ids;
    for (const auto& [id, series] : series_) {
      const auto date = studyDates.find(series.studyId);
      if (date == studyDates.end() || date->second < from || date->second > to) continue;
      if (ids.size() < limit) ids.push_back(id);
    }
    return ids;
  }

  std::optional<ArchivedStudy> study(const std::string& id) override {
    const std::lock_guard lock(mutex_);
    ArchivedStudy study;
    study.id = id;
    study.StudyInstanceUID = "1.9." + id;
    study.stable = stableStudies_.count(id) != 0;
    for (const auto& [seriesId, series] : series_) {
      if (series.studyId == id) study.seriesIds.push_back(seriesId);
    }
    if (study.seriesIds.empty()) return std::nullopt;
    return study;
  }

  std::optional<ArchivedSeries> series(const std::string& id) override {
    const std::lock_guard lock(mutex_);
    if (id == unreadableSeries) throw ResourceError("the disk has a bad sector");
    const auto found = series_.find(id);
    return found == series_.end() ? std::nullopt : std::optional(found->second);
  }

  std::vector<ArchivedInstance> instances(const std::string& seriesId) override {
    const std::lock_guard lock(mutex_);
    std::vector<ArchivedInstance> found;
    for (const auto& [id, image] : images_) {
      if (image.seriesId != seriesId) continue;
      ArchivedInstance instance;
      instance.id = id;
      instance.SOPInstanceUID = "1.3." + id;
      instance.ImagePositionPatient = image.position;
      instance.ImageOrientationPatient = "1\\0\\0\\0\\1\\0";
      instance.bytes = image.content.size();
      found.push_back(instance);
    }
    return found;
  }

  std::vector<std::string> instancesOf(const std::string& SOPInstanceUID) override {
    const std::lock_guard lock(mutex_);
    const auto found = instancesByUid.find(SOPInstanceUID);
    return found == instancesByUid.end() ? std::vector<std::string>{} : found->second;
  }

  std::vector<std::string> studiesNamed(const std::string& identifier) override {
    const std::lock_guard lock(mutex_);
    const auto found = studiesByIdentifier.find(identifier);
    return found == studiesByIdentifier.end() ? std::vector<std::string>{} : found->second;
  }

  std::optional<std::string> seriesOfInstance(const std::string& instanceId) override {
    const std::lock_guard lock(mutex_);
    const auto found = images_.find(instanceId);
    return found == images_.end() ? std::nullopt : std::optional(found->second.seriesId);
  }

  std::optional<InstanceTags> tags(const std::string& instanceId) override {
    const std::lock_guard lock(mutex_);
    const auto found = images_.find(instanceId);
    if (found == images_.end()) return std::nullopt;
    InstanceTags tags;
    tags.values = extraTags;
    tags.values["Modality"] = series_.at(found->second.seriesId).Modality;
    tags.values.emplace("SOPClassUID", "1.2.840.10008.5.1.4.1.1.4");
    tags.values.emplace("ImageType", "ORIGINAL\\PRIMARY\\CARDIAC\\NONE");
    tags.values.emplace("SeriesDescription", "SAX CINE");
    tags.values.emplace("CardiacNumberOfImages", "20");
    tags.values.emplace("TriggerTime", "10");
    tags.writtenByUs = tags.values["ManufacturerModelName"] == "Orthanc CMR";
    return tags;
  }

  std::map<std::string, std::string> sourceOf(const std::string&) override {
    const std::lock_guard lock(mutex_);
    return source;
  }

  std::optional<std::int64_t> receivedMs(const std::string& instanceId) override {
    const std::lock_guard lock(mutex_);
    const auto found = received.find(instanceId);
    return found == received.end() ? std::nullopt : std::optional(found->second);
  }

  std::optional<std::string> contentHash(const std::string& instanceId) override {
    if (onHash) onHash();
    const std::lock_guard lock(mutex_);
    const auto found = images_.find(instanceId);
    return found == images_.end() ? std::nullopt : std::optional(found->second.content);
  }

  std::optional<std::string> download(const std::string& instanceId) override {
    const std::lock_guard lock(mutex_);
    const auto found = images_.find(instanceId);
    if (found == images_.end() || instanceId == lostFile) return std::nullopt;
    return found->second.content;
  }

  std::string whyNotOurs(const std::string&, const std::string&, const std::string&) override {
    const std::lock_guard lock(mutex_);
    return notOurs;
  }

  StoredInstance store(const std::string& bytes) override {
    const std::lock_guard lock(mutex_);
    if (refusesToStore) throw ResourceError("no space left on the archive's disk");
    StoredInstance stored;
    stored.id = bytes;
    stored.seriesId = "series of " + bytes;
    stored.studyId = storesInto.empty() ? "study" : storesInto;
    stored.already = std::find(stored_.begin(), stored_.end(), bytes) != stored_.end();
    if (!stored.already) stored_.push_back(bytes);
    return stored;
  }

  void remove(const std::string& instanceId) override {
    const std::lock_guard lock(mutex_);
    if (instanceId == refusesToRemove) throw ResourceError("the disk is read-only");
    removed.push_back(instanceId);
    stored_.erase(std::remove(stored_.begin(), stored_.end(), instanceId), stored_.end());
  }

  std::string beginSending(const Destination& to, const std::string& instanceId) override {
    const std::lock_guard lock(mutex_);
    ++sendings_;
    return to.target + " " + instanceId;
  }

  SendingProgress sending(const std::string& name) override {
    const std::lock_guard lock(mutex_);
    if (sendingHangs) return {};
    if (!refusesToSend.empty() && name.find(refusesToSend) != std::string::npos) {
      return {SendingProgress::State::failed, "the node does not answer"};
    }
    sent.push_back(name);
    return {SendingProgress::State::sent};
  }

  void stopSending(const std::string&) override {
    const std::lock_guard lock(mutex_);
    ++stopped;
  }

  void markOwn(const std::string& seriesId, const std::string&) override {
    const std::lock_guard lock(mutex_);
    markedOwn.insert(seriesId);
  }

  bool isMarkedOwn(const std::string& seriesId) override {
    const std::lock_guard lock(mutex_);
    return markedOwn.count(seriesId) != 0;
  }

 private:
  void log(ChangeKind kind, const std::string& resource) {
    const std::int64_t last = log_.empty() ? 0 : log_.back().sequence;
    log_.push_back({last + 1, kind, resource});
  }

  void add(ArchivedSeries& series, const std::string& position) {
    Image image;
    image.id = series.id + "-" + std::to_string(series.instanceIds.size());
    image.seriesId = series.id;
    image.position = position;
    series.instanceIds.push_back(image.id);
    images_[image.id] = image;
    log(ChangeKind::newInstance, image.id);
  }

  mutable std::mutex mutex_;
  std::map<std::string, ArchivedSeries> series_;
  std::map<std::string, Image> images_;
  std::set<std::string> studies_;
  std::set<std::string> stableStudies_;
  std::vector<ArchiveChange> log_;
  std::vector<std::string> stored_;
  int sendings_ = 0;
};

}  // namespace cmr
