#include "plugin/replace_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "analysis/errors.h"
#include "plugin/descriptor.h"

namespace cmr {
namespace {

[[noreturn]] void fail(const std::string& what) {
  throw ResourceError(what + ": " + std::strerror(errno));
}

void writeAll(const Descriptor& file, const std::string& text, const std::string& path) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t written = ::write(file.get(), text.data() + done, text.size() - done);
    if (written < 0 && errno != EINTR) fail("cannot write " + path);
    if (written > 0) done += static_cast<std::size_t>(written);
  }
  if (::fsync(file.get()) != 0) fail("cannot write " + path);
}

}  // namespace

bool replaceFile(const std::string& path, const std::string& text) {
  struct stat before {};
  const mode_t mode = ::stat(path.c_str(), &before) == 0 ? before.st_mode & 0777 : 0644;
  const std::string fresh = path + ".new";
  {
    const Descriptor file(
        ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode));
    if (file.get() < 0) fail("cannot write " + fresh);
    writeAll(file, text, fresh);
  }
  std::error_code error;
  std::filesystem::copy_file(path, path + ".previous",
                             std::filesystem::copy_options::overwrite_existing, error);
  const bool isKept = !error;
  if (!isKept && std::filesystem::exists(path)) {
    throw ResourceError("cannot keep the earlier " + path + ": " + error.message());
  }
  if (::rename(fresh.c_str(), path.c_str()) != 0) fail("cannot replace " + path);
  return isKept;
}

void undoReplaceFile(const std::string& path, bool wasThere) {
  const bool isDone = wasThere ? ::rename((path + ".previous").c_str(), path.c_str()) == 0
                               : ::unlink(path.c_str()) == 0;
  if (!isDone) fail("cannot put back the earlier " + path);
}

}  // namespace cmr
