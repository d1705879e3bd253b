// A job store in a folder of its own, under a clock that the test turns by hand.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "plugin/job_store.h"

namespace cmr::test {

class TemporaryFolder {
 public:
  // inMemory: where the system keeps files in memory, for tests of many thousand writes that are
  // about what is written, not about the disk.
  explicit TemporaryFolder(bool inMemory = false) {
    const std::filesystem::path memory = "/dev/shm";
    const bool usable = inMemory && std::filesystem::is_directory(memory);
    const auto base = usable ? memory : std::filesystem::temp_directory_path();
    std::string pattern = (base / "cmr-job-store-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline JobSubmission submissionOf(const std::string& name) {
  JobSubmission submission;
  submission.StudyInstanceUID = "1.2.3";
  submission.orthancStudyId = "study-" + name;
  submission.orthancSeriesIds = {"series-" + name};
  submission.SeriesInstanceUIDs = {"1.2.3." + name};
  submission.contentFingerprint = "content-" + name;
  submission.packageSha256 = "package";
  submission.rule = "cine";
  submission.tasks = {"seg_cine_sax"};
  submission.key = jobKey(submission);
  return submission;
}

inline ProducedObject objectOf(const std::string& uid, const std::string& bytes,
                               ObjectKind kind = ObjectKind::segmentation) {
  return {kind, "1.2.840.10008.5.1.4.1.1.66.4", uid, "2.25.7", bytes, {}};
}

class JobStoreTest : public ::testing::Test {
 protected:
  JobStoreTest() {
    settings.path = (folder.path() / "queue" / "jobs.db").string();
    open();
  }
  void open() {
    store.reset();
    store = std::make_unique<JobStore>(settings, [this] { return now; });
  }
  std::string submit(const std::string& name) { return store->submit(submissionOf(name)).jobId; }
  Lease claim() {
    auto lease = store->claim("20260101120000");
    if (!lease) throw std::runtime_error("nothing to claim");
    return *lease;
  }
  JobRecord job(const std::string& id) { return store->job(id).value(); }
  JobState state(const std::string& id) { return job(id).state; }

  TemporaryFolder folder{true};
  JobStoreSettings settings;
  std::int64_t now = 1000;
  std::unique_ptr<JobStore> store;
};

}  // namespace cmr::test
