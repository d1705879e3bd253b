#include "cli/result_folder.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "analysis/errors.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;

constexpr const char* markOfResult = "results.json";

[[noreturn]] void throwLastError(const std::string& what) {
  const int error = errno;
  throw ResourceError(what + ": " + std::generic_category().message(error));
}

void requireReplaceable(const fs::path& target, bool overwrite) {
  std::error_code error;
  if (!fs::exists(fs::symlink_status(target, error))) return;
  if (!fs::is_directory(target, error)) {
    throw InputError(target.string() + " exists and is no folder");
  }
  const bool isEmpty = fs::is_empty(target, error);
  if (error) throw ResourceError(target.string() + ": " + error.message());
  if (isEmpty) return;
  if (!overwrite) {
    throw InputError(target.string() + " is not empty; name another folder, or add --overwrite");
  }
  if (!fs::exists(target / markOfResult, error)) {
    throw InputError(target.string() +
                     " holds something else than an earlier result and is left "
                     "alone");
  }
}

class OpenFile {
 public:
  explicit OpenFile(const fs::path& path)
      : descriptor_(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)) {
    if (descriptor_ < 0) throwLastError("cannot write " + path.string());
  }
  ~OpenFile() { ::close(descriptor_); }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

}  // namespace

ResultFolder::ResultFolder(const fs::path& target, bool overwrite)
    : target_(fs::absolute(target).lexically_normal()) {
  if (!target_.has_filename()) target_ = target_.parent_path();  // "out/"
  requireReplaceable(target_, overwrite);
  std::error_code error;
  fs::create_directories(target_.parent_path(), error);
  if (error) {
    throw ResourceError("cannot make " + target_.parent_path().string() + ": " + error.message());
  }
  // Said before hours of work are done, not after.
  makeDraft();
  fs::remove(std::exchange(draft_, {}), error);
}

void ResultFolder::makeDraft() {
  std::string name = target_.string() + ".draft-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) {
    throwLastError("cannot write beside " + target_.string());
  }
  draft_ = name;
}

ResultFolder::~ResultFolder() {
  std::error_code ignored;
  if (!draft_.empty()) fs::remove_all(draft_, ignored);
}

void ResultFolder::write(const std::string& name, const std::string& bytes) {
  if (draft_.empty()) makeDraft();
  const fs::path path = draft_ / name;
  const OpenFile file(path);
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t size = ::write(file.get(), bytes.data() + done, bytes.size() - done);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) throwLastError("cannot write " + (target_ / name).string());
    done += static_cast<std::size_t>(size);
  }
  // A full disk may show only here.
  if (::fsync(file.get()) != 0) throwLastError("cannot write " + (target_ / name).string());
}

void ResultFolder::finish() {
  std::error_code error;
  // mkdtemp(3) makes a folder for its owner alone; ours has the rights that any other would have.
  const mode_t mask = ::umask(0);
  ::umask(mask);
  fs::permissions(draft_, static_cast<fs::perms>(0777 & ~mask), error);
  if (::rename(draft_.c_str(), target_.c_str()) == 0) {
    draft_.clear();
    return;
  }
  if (errno != ENOTEMPTY && errno != EEXIST) throwLastError("cannot write " + target_.string());
  // The earlier result is exchanged in one step; what is then under the draft's name is removed.
  if (::renameat2(AT_FDCWD, draft_.c_str(), AT_FDCWD, target_.c_str(), RENAME_EXCHANGE) != 0) {
    throwLastError("cannot replace " + target_.string());
  }
}

}  // namespace cmr
