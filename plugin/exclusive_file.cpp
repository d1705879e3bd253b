#include "plugin/exclusive_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "analysis/errors.h"

namespace cmr {
namespace {

[[noreturn]] void fail(const std::string& what, const std::string& path) {
  throw ResourceError(what + " " + path + ": " + std::generic_category().message(errno));
}

void makeFolder(const std::filesystem::path& folder) {
  if (folder.empty()) return;
  std::error_code error;
  const bool made = std::filesystem::create_directories(folder, error);
  if (made) std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  if (error) throw ResourceError("cannot make " + folder.string() + ": " + error.message());
}

int openPrivate(const std::string& path) {
  makeFolder(std::filesystem::path(path).parent_path());
  const int descriptor =
      open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
  if (descriptor < 0) fail("cannot open", path);
  if (fchmod(descriptor, S_IRUSR | S_IWUSR) != 0) {
    const int cause = errno;
    close(descriptor);
    errno = cause;
    fail("cannot make private", path);
  }
  return descriptor;
}

}  // namespace

ExclusiveFile::ExclusiveFile(const std::string& path) : descriptor_(openPrivate(path)) {
  if (flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return;
  const int cause = errno;
  close(descriptor_);
  if (cause == EWOULDBLOCK) {
    throw ResourceError(path + " is held by another process: is a second Orthanc running?");
  }
  errno = cause;
  fail("cannot lock", path);
}

ExclusiveFile::~ExclusiveFile() { close(descriptor_); }

void makePrivateFile(const std::string& path) { close(openPrivate(path)); }

}  // namespace cmr
