// What the service needs of the archive, in plain C++: nothing of the Orthanc SDK is in here, so
// that the service is tested without an archive.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/destinations.h"

namespace cmr {

enum class ChangeKind { newInstance, completedSeries, stableSeries, stableStudy, other };

// One line of the archive's change log.
struct ArchiveChange {
  std::int64_t sequence = 0;
  ChangeKind kind = ChangeKind::other;
  std::string resource;  // the archive's identifier
};

struct ChangePage {
  std::vector<ArchiveChange> changes;  // by rising sequence
  std::int64_t last = 0;               // sequence up to which the log was read
  bool done = true;                    // nothing follows
};

struct ArchivedInstance {
  std::string id;
  std::string SOPInstanceUID;
  std::string ImagePositionPatient;     // verbatim; empty when the archive does not index it
  std::string ImageOrientationPatient;  // the same
  int numberOfFrames = 1;
  std::uint64_t bytes = 0;  // of the file as stored
};

struct ArchivedSeries {
  std::string id;
  std::string studyId;
  std::string SeriesInstanceUID;
  std::string Modality;
  bool stable = false;  // nothing arrived for a while
  std::vector<std::string> instanceIds;
};

struct ArchivedStudy {
  std::string id;
  std::string StudyInstanceUID;
  bool stable = false;
  std::vector<std::string> seriesIds;
};

// Attributes of one instance. Values as DICOM writes them, in UTF-8, sequences left out.
struct InstanceTags {
  std::map<std::string, std::string> values;  // keyword -> value
  bool writtenByUs = false;  // our model name stands in it, or among its contributing equipment
};

struct StoredInstance {
  std::string id;
  std::string seriesId;
  std::string studyId;
  bool already = false;  // it was there before
};

// Of one instance on its way to another node.
struct SendingProgress {
  enum class State { running, sent, failed } state = State::running;
  std::string problem = {};  // of failed; also when the archive does not know how it ended
};

// Thread ownership: any thread. An answer is empty when the resource is not there (any more); every
// other trouble throws ResourceError.
class Archive {
 public:
  virtual ~Archive() = default;

  virtual ChangePage changesSince(std::int64_t sequence, std::size_t limit) = 0;
  virtual std::int64_t lastChange() = 0;  // sequence of the newest line of the log, 0 when empty
  virtual std::vector<std::string> seriesIds(std::size_t offset, std::size_t limit) = 0;

  // Of studies whose StudyDate is one of these days (DA, both included), at most `limit`.
  virtual std::vector<std::string> seriesOfDays(const std::string& from, const std::string& to,
                                                std::size_t limit) = 0;

  virtual std::optional<ArchivedStudy> study(const std::string& id) = 0;
  virtual std::optional<ArchivedSeries> series(const std::string& id) = 0;
  virtual std::vector<ArchivedInstance> instances(const std::string& seriesId) = 0;
  virtual std::optional<std::string> seriesOfInstance(const std::string& instanceId) = 0;
  // All instances of this identifier: an archive may hold one under several patients or studies.
  virtual std::vector<std::string> instancesOf(const std::string& SOPInstanceUID) = 0;
  // Studies whose StudyInstanceUID or AccessionNumber this is, perhaps in another spelling
  // (letters' case): look at their tags.
  virtual std::vector<std::string> studiesNamed(const std::string& identifier) = 0;
  virtual std::optional<InstanceTags> tags(const std::string& instanceId) = 0;
  // Where the instance came from: RemoteAET, CalledAET, RemoteIP, Origin, as far as it was noted.
  virtual std::map<std::string, std::string> sourceOf(const std::string& instanceId) = 0;
  // When the archive took the instance in, as Unix time to the second; empty also when it did not
  // note that.
  virtual std::optional<std::int64_t> receivedMs(const std::string& instanceId) = 0;
  // Changes whenever the bytes of the instance do; says nothing beyond that.
  virtual std::optional<std::string> contentHash(const std::string& instanceId) = 0;

  virtual std::optional<std::string> download(const std::string& instanceId) = 0;
  // Why a file that a worker made must not be stored as the object that it was announced as; empty:
  // it is of that identity and study, and says that we wrote it.
  virtual std::string whyNotOurs(const std::string& bytes, const std::string& SOPInstanceUID,
                                 const std::string& StudyInstanceUID) = 0;
  virtual StoredInstance store(const std::string& bytes) = 0;
  virtual void remove(const std::string& instanceId) = 0;  // no error when it is gone already

  // Has the archive send one instance to another node, in its own time; the answer names that work.
  // ResourceError also when the archive has no such node.
  virtual std::string beginSending(const Destination& to, const std::string& instanceId) = 0;
  virtual SendingProgress sending(const std::string& name) = 0;
  virtual void stopSending(const std::string& name) = 0;  // no error when it has ended already

  // A mark on a series that holds what we wrote, kept by the archive itself.
  virtual void markOwn(const std::string& seriesId, const std::string& jobId) = 0;
  virtual bool isMarkedOwn(const std::string& seriesId) = 0;
};

}  // namespace cmr
