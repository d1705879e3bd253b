// System calls at files: see outward_deed.h.
#pragma once

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <vector>

#include "tests/support/outward_deed.h"

namespace cmr::test {

// Newer than the headers of Debian 12, or of its kernel; since Linux 5.1 the numbers of new calls
// are the same on every processor but Alpha.
constexpr long fchmodat2Call = 452;   // Linux 6.6
constexpr long setxattratCall = 463;  // Linux 6.13
constexpr long removexattratCall = 466;
constexpr long openTreeAttrCall = 467;  // Linux 6.15
constexpr long fileSetattrCall = 469;   // Linux 6.17

inline int openedAt(const std::string& file, long flags) {
  return attempt(SYS_openat, AT_FDCWD, file.c_str(), flags, 0);
}

inline const std::vector<Deed>& deedsToFiles() {
  static const std::vector<Deed> deeds{
#ifdef SYS_chmod  // calls that newer processors never had
      {"chmod", [](const Outside& o) { return attempt(SYS_chmod, o.file.c_str(), 0600); }},
      {"chown", [](const Outside& o) { return attempt(SYS_chown, o.file.c_str(), -1, -1); }},
      {"lchown", [](const Outside& o) { return attempt(SYS_lchown, o.file.c_str(), -1, -1); }},
      {"utime", [](const Outside& o) { return attempt(SYS_utime, o.file.c_str(), nullptr); }},
      {"utimes", [](const Outside& o) { return attempt(SYS_utimes, o.file.c_str(), nullptr); }},
      {"futimesat",
       [](const Outside& o) { return attempt(SYS_futimesat, AT_FDCWD, o.file.c_str(), nullptr); }},
#endif
      {"fchmodat",
       [](const Outside& o) { return attempt(SYS_fchmodat, AT_FDCWD, o.file.c_str(), 0600); }},
      {"fchmodat2",
       [](const Outside& o) { return attempt(fchmodat2Call, AT_FDCWD, o.file.c_str(), 0600, 0); }},
      {"fchownat",
       [](const Outside& o) { return attempt(SYS_fchownat, AT_FDCWD, o.file.c_str(), -1, -1, 0); }},
      {"fchown",
       [](const Outside& o) {
         return attemptOn(o.readable, [](int file) { return ::fchown(file, -1, -1); });
       }},
      {"utimensat",
       [](const Outside& o) {
         return attempt(SYS_utimensat, AT_FDCWD, o.file.c_str(), nullptr, 0);
       }},
      {"futimens",
       [](const Outside& o) {
         return attemptOn(o.readable, [](int file) { return ::futimens(file, nullptr); });
       }},
      {"setxattr",
       [](const Outside& o) {
         return attempt(SYS_setxattr, o.file.c_str(), "user.cmr", "x", 1, 0);
       }},
      {"lsetxattr",
       [](const Outside& o) {
         return attempt(SYS_lsetxattr, o.file.c_str(), "user.cmr", "x", 1, 0);
       }},
      {"fsetxattr",
       [](const Outside& o) {
         return attemptOn(o.readable, [](int file) {
           return ::syscall(SYS_fsetxattr, file, "user.cmr", "x", 1, 0);
         });
       }},
      {"setxattrat",
       [](const Outside& o) {
         return attempt(setxattratCall, AT_FDCWD, o.file.c_str(), 0, "user.cmr", nullptr, 0);
       }},
      {"removexattr",
       [](const Outside& o) { return attempt(SYS_removexattr, o.file.c_str(), "user.cmr"); }},
      {"lremovexattr",
       [](const Outside& o) { return attempt(SYS_lremovexattr, o.file.c_str(), "user.cmr"); }},
      {"fremovexattr",
       [](const Outside& o) {
         return attemptOn(o.readable,
                          [](int file) { return ::syscall(SYS_fremovexattr, file, "user.cmr"); });
       }},
      {"removexattrat",
       [](const Outside& o) {
         return attempt(removexattratCall, AT_FDCWD, o.file.c_str(), 0, "user.cmr");
       }},
      {"fileSetattr",
       [](const Outside& o) {
         return attempt(fileSetattrCall, AT_FDCWD, o.file.c_str(), nullptr, 0, 0);
       }},
      {"inodeFlags",  // ioctl_iflags(2)
       [](const Outside& o) {
         return attemptOn(o.readable, [](int file) {
           int none = 0;
           return ::ioctl(file, FS_IOC_SETFLAGS, &none);
         });
       }},
      {"inodeAttributes",
       [](const Outside& o) {
         return attemptOn(o.readable, [](int file) {
           fsxattr none{};
           return ::ioctl(file, FS_IOC_FSSETXATTR, &none);
         });
       }},
      {"clone",
       [](const Outside& o) {
         return attemptOn(o.readable, [](int file) { return ::ioctl(file, FICLONE, file); });
       }},
      {"lease",
       [](const Outside& o) {
         return attemptOn(o.readable, [](int file) { return ::fcntl(file, F_SETLEASE, F_RDLCK); });
       }},
      {"handle",
       [](const Outside& o) {
         std::array<unsigned, 64> handle{128};  // MAX_HANDLE_SZ
         int mount = 0;
         return attempt(SYS_name_to_handle_at, AT_FDCWD, o.file.c_str(), handle.data(), &mount, 0);
       }},
      {"openByHandle",
       [](const Outside&) {
         std::array<unsigned, 4> handle{8, 1};
         return attempt(SYS_open_by_handle_at, -1, handle.data(), O_RDONLY);
       }},
      {"mountTree",
       [](const Outside& o) { return attempt(SYS_open_tree, AT_FDCWD, o.file.c_str(), 0); }},
      {"mountTreeAttr",
       [](const Outside& o) {
         return attempt(openTreeAttrCall, AT_FDCWD, o.file.c_str(), 0, nullptr, 0);
       }},
      // Opened neither for reading nor for writing (open(2), "access mode 3"), which asks no right
      // of Landlock's first version, and open for reading and emptied all the same.
      {"openForNothing", [](const Outside& o) { return openedAt(o.file, O_ACCMODE); }},
      {"emptyReadable", [](const Outside& o) { return openedAt(o.readable, O_TRUNC); }},
      {"openHow",  // openat2(2); its flags lie behind a pointer
       [](const Outside& o) {
         std::array<std::uint64_t, 3> how{O_ACCMODE, 0, 0};
         return attempt(SYS_openat2, AT_FDCWD, o.file.c_str(), how.data(), sizeof how);
       }},
      {"rename",
       [](const Outside& o) {
         return attempt(SYS_renameat2, AT_FDCWD, o.file.c_str(), AT_FDCWD, o.file.c_str(), 0);
       }},
      {"link",
       [](const Outside& o) {
         return attempt(SYS_linkat, AT_FDCWD, o.file.c_str(), AT_FDCWD, o.file.c_str(), 0);
       }},
      {"symlink",
       [](const Outside& o) { return attempt(SYS_symlinkat, "x", AT_FDCWD, o.file.c_str()); }},
      {"makeFolder",
       [](const Outside& o) { return attempt(SYS_mkdirat, AT_FDCWD, o.file.c_str(), 0700); }},
      {"makeNode",
       [](const Outside& o) {
         return attempt(SYS_mknodat, AT_FDCWD, o.file.c_str(), S_IFREG | 0600, 0);
       }},
      {"truncate", [](const Outside& o) { return attempt(SYS_truncate, o.file.c_str(), 0); }},
      {"unlink",
       [](const Outside& o) { return attempt(SYS_unlinkat, AT_FDCWD, o.file.c_str(), 0); }},
  };
  return deeds;
}

}  // namespace cmr::test
