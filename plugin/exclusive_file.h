// Files that are ours alone: the job store's lock and the mode of its database. Both make a missing
// folder (0700), do not follow a link, and throw ResourceError naming the file and the cause.
#pragma once

#include <string>

namespace cmr {

// Holds an exclusive flock on a file (made with mode 0600) while it lives. The lock goes with the
// process, however it ends.
class ExclusiveFile {
 public:
  // Throws ResourceError when another holder exists (in this process too).
  explicit ExclusiveFile(const std::string& path);
  ~ExclusiveFile();
  ExclusiveFile(const ExclusiveFile&) = delete;
  ExclusiveFile& operator=(const ExclusiveFile&) = delete;

 private:
  int descriptor_;
};

// Makes the file (0600) when missing, and takes away what others may do with an existing one.
// Never call it on a database that is open: closing the file drops SQLite's own locks.
void makePrivateFile(const std::string& path);

}  // namespace cmr
