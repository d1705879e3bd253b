#include "dicom_sr/read_series.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <new>
#include <set>

#include "analysis/errors.h"
#include "dicom_sr/build_stacks.h"
#include "dicom_sr/read_instance.h"
#include "dicom_sr/verdict_error.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t namesPerVerdict = 20;

// One verdict per cause, with the instances that share it.
class VerdictList {
 public:
  void add(const std::string& id, const std::string& reason, const std::string& instance) {
    const auto [at, isNew] = index_.try_emplace(id + reason, verdicts_.size());
    if (isNew) verdicts_.push_back({id, reason, {}});
    auto& names = verdicts_[at->second].instances;
    if (names.size() < namesPerVerdict) names.push_back(instance);
  }
  std::vector<Verdict> take() { return std::move(verdicts_); }

 private:
  std::map<std::string, std::size_t> index_;
  std::vector<Verdict> verdicts_;
};

// Takes instances one at a time, so that a folder never lies in memory as a whole.
class Reader {
 public:
  explicit Reader(const ReadLimits& limits) : limits_(limits) {}

  void add(const InstanceBytes& instance) {
    try {
      take(readInstance(instance, limits_), instance.name);
    } catch (const VerdictError& error) {
      verdicts_.add(error.id(), error.what(), instance.name);
    } catch (const std::bad_alloc&) {
      verdicts_.add("out-of-memory", "there was no memory to read the image", instance.name);
    } catch (const std::exception& error) {
      verdicts_.add("unreadable", error.what(), instance.name);
    }
  }
  void refuse(const std::string& id, const std::string& reason, const std::string& name) {
    verdicts_.add(id, reason, name);
  }

  ReadResult finish() {
    ReadResult result = buildStacks(std::move(frames_));
    std::vector<Verdict> own = verdicts_.take();
    own.insert(own.end(), result.verdicts.begin(), result.verdicts.end());
    result.verdicts = std::move(own);
    return result;
  }

 private:
  void take(std::vector<FrameFacts> frames, const std::string& name) {
    const SourceFrame& source = frames.front().source;
    const auto [at, isNew] = seen_.try_emplace(source.SOPInstanceUID, source.contentSha256);
    if (!isNew) {
      if (at->second != source.contentSha256) {
        verdicts_.add("duplicate-instance", "two different files carry one SOP Instance UID", name);
      }
      return;
    }
    for (FrameFacts& frame : frames) {
      bytes_ += frame.pixels.size() * sizeof(float);
      if (frames_.size() >= limits_.maxFrames || bytes_ > limits_.maxPixelBytes) {
        throw VerdictError("too-much", "there are more images than this program takes at a time");
      }
      frames_.push_back(std::move(frame));
    }
  }

  ReadLimits limits_;
  std::vector<FrameFacts> frames_;
  std::size_t bytes_ = 0;
  std::map<std::string, std::string> seen_;
  VerdictList verdicts_;
};

std::vector<fs::path> filesBelow(const std::string& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    if (at->is_regular_file(error)) files.push_back(at->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

ReadResult readInstances(const std::vector<InstanceBytes>& instances, const ReadLimits& limits) {
  Reader reader(limits);
  if (instances.empty()) reader.refuse("empty", "there are no files to read", "");
  for (const InstanceBytes& instance : instances) reader.add(instance);
  return reader.finish();
}

ReadResult readFolder(const std::string& folder, const ReadLimits& limits) {
  Reader reader(limits);
  const std::vector<fs::path> files = filesBelow(folder);
  if (files.empty()) {
    reader.refuse("empty-folder", "there are no files in " + folder, folder);
  }
  for (const fs::path& path : files) {
    std::ifstream in(path, std::ios::binary);
    InstanceBytes instance{path.filename().string(),
                           std::string((std::istreambuf_iterator<char>(in)), {})};
    if (in.bad() || (!in && instance.bytes.empty())) {
      reader.refuse("unreadable", "the file cannot be read", instance.name);
    } else {
      reader.add(instance);
    }
  }
  return reader.finish();
}

}  // namespace cmr
