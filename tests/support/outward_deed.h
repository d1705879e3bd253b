// What a program can try that has taken over a worker: system calls that reach past the process, at
// files that belong to its user, at the process that started it, at memory that no ceiling counts.
// None does harm when it succeeds: values are set to what they are. The exceptions are the files,
// which lose their content and are the caller's to give.
#pragma once

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace cmr::test {

struct Outside {
  pid_t process = 0;     // another one, of the same user
  std::string file;      // not on the worker's list
  std::string readable;  // on it
};

struct Deed {
  const char* name;
  int (*attempt)(const Outside&);  // errno, 0 when it succeeded
};

// Not even looked at by the kernel; with any other error the call was carried out as far as it
// went.
inline bool isRefusal(int error) { return error == EPERM || error == EACCES || error == ENOSYS; }

template <class... Arguments>
int attempt(long call, Arguments... arguments) {
  return ::syscall(call, arguments...) < 0 ? errno : 0;
}

// Of a file that is open for reading.
template <class Use>
int attemptOn(const std::string& file, Use use) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return EBADF;
  const int error = use(descriptor) < 0 ? errno : 0;
  ::close(descriptor);
  return error;
}

}  // namespace cmr::test
