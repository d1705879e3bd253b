// A folder of results that is there as a whole or not at all.
#pragma once

#include <filesystem>
#include <string>

namespace cmr {

// Files are written into a new folder beside the target, which takes the target's name when all are
// there; a folder that is not finished is removed.
class ResultFolder {
 public:
  // Throws InputError when something is at the target that may not be replaced: anything but an
  // empty folder or, where overwriting was asked for, an earlier result. Throws ResourceError when
  // nothing can be written there.
  ResultFolder(const std::filesystem::path& target, bool overwrite);
  ~ResultFolder();
  ResultFolder(const ResultFolder&) = delete;
  ResultFolder& operator=(const ResultFolder&) = delete;

  // Throws ResourceError naming the file and the cause (a full disk, a missing permission).
  void write(const std::string& name, const std::string& bytes);
  // After at least one file was written.
  void finish();

 private:
  void makeDraft();

  std::filesystem::path target_;
  std::filesystem::path draft_;
};

}  // namespace cmr
