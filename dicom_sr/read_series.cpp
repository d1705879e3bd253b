#include "dicom_sr/read_series.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <new>
#include <optional>
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
  bool isEmpty() const { return verdicts_.empty(); }
  std::vector<Verdict> take() { return std::move(verdicts_); }

 private:
  std::map<std::string, std::size_t> index_;
  std::vector<Verdict> verdicts_;
};

}  // namespace

class SeriesReader::Impl {
 public:
  explicit Impl(const ReadLimits& limits) : limits_(limits) {}

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

  bool hasVerdicts() const { return !verdicts_.isEmpty(); }
  void setLimits(const ReadLimits& limits) { limits_ = limits; }

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

namespace {

struct FolderList {
  std::vector<fs::path> files;
  std::vector<fs::path> unreadable;
};

// What cannot be looked at (a dangling link, a folder without permission) must not end the search.
FolderList filesBelow(const fs::path& folder) {
  FolderList list;
  std::vector<fs::path> folders{folder};
  while (!folders.empty()) {
    const fs::path current = folders.back();
    folders.pop_back();
    std::error_code error;
    fs::directory_iterator at(current, error);
    if (error && current != folder) list.unreadable.push_back(current);
    for (; !error && at != fs::directory_iterator(); at.increment(error)) {
      std::error_code unknown;
      const fs::file_status status = at->status(unknown);
      if (fs::is_regular_file(status)) {
        list.files.push_back(at->path());
      } else if (fs::is_directory(status)) {
        // A link to a folder may lead in circles.
        if (!at->is_symlink(unknown)) folders.push_back(at->path());
      } else if (unknown) {
        list.unreadable.push_back(at->path());
      }
    }
  }
  std::sort(list.files.begin(), list.files.end());
  std::sort(list.unreadable.begin(), list.unreadable.end());
  return list;
}

// Nothing when the file cannot be read.
std::optional<std::string> bytesOf(const fs::path& path, std::uintmax_t size) {
  std::ifstream in(path, std::ios::binary);
  std::string bytes(size, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(size));
  return in ? std::optional(std::move(bytes)) : std::nullopt;
}

void addFile(SeriesReader::Impl& reader, const fs::path& path, const ReadLimits& limits) {
  const std::string name = path.filename().string();
  std::error_code error;
  const std::uintmax_t size = fs::file_size(path, error);
  if (!error && size > limits.maxPixelBytes) {
    reader.refuse("too-much", "the file is larger than this program takes", name);
    return;
  }
  try {
    std::optional<std::string> bytes = error ? std::nullopt : bytesOf(path, size);
    if (bytes) {
      reader.add({name, *std::move(bytes)});
    } else {
      reader.refuse("unreadable", "the file cannot be read", name);
    }
  } catch (const std::bad_alloc&) {
    reader.refuse("out-of-memory", "there was no memory to read the file", name);
  }
}

}  // namespace

SeriesReader::SeriesReader(const ReadLimits& limits) : impl_(std::make_unique<Impl>(limits)) {}
SeriesReader::~SeriesReader() = default;
SeriesReader::SeriesReader(SeriesReader&&) noexcept = default;
void SeriesReader::add(const InstanceBytes& instance) { impl_->add(instance); }
bool SeriesReader::hasVerdicts() const { return impl_->hasVerdicts(); }
void SeriesReader::setLimits(const ReadLimits& limits) { impl_->setLimits(limits); }
ReadResult SeriesReader::finish() { return impl_->finish(); }

ReadResult readInstances(const std::vector<InstanceBytes>& instances, const ReadLimits& limits) {
  SeriesReader::Impl reader(limits);
  if (instances.empty()) reader.refuse("empty", "there are no files to read", "");
  for (const InstanceBytes& instance : instances) reader.add(instance);
  return reader.finish();
}

ReadResult readFolder(const std::string& folder, const ReadLimits& limits) {
  SeriesReader::Impl reader(limits);
  const FolderList list = filesBelow(folder);
  if (list.files.empty()) {
    reader.refuse("empty-folder", "there are no files in " + folder, folder);
  }
  for (const fs::path& path : list.unreadable) {
    reader.refuse("unreadable", "the file cannot be read", path.filename().string());
  }
  for (const fs::path& path : list.files) addFile(reader, path, limits);
  return reader.finish();
}

}  // namespace cmr
