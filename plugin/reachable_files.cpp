#include "plugin/reachable_files.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <system_error>

#include "plugin/descriptor.h"

namespace cmr {
namespace {

std::string lastError() { return std::generic_category().message(errno); }

// Rights that came after the headers of Debian 12 (Linux 6.1): names and values are those of
// include/uapi/linux/landlock.h, versions those of Documentation/userspace-api/landlock.rst.
// Version 3, Linux 6.2: LANDLOCK_ACCESS_FS_TRUNCATE.
constexpr std::uint64_t truncating = 1ULL << 14;
// Version 4, Linux 6.7: LANDLOCK_ACCESS_NET_BIND_TCP and LANDLOCK_ACCESS_NET_CONNECT_TCP.
constexpr std::uint64_t tcp = 1ULL << 0 | 1ULL << 1;
// Version 5, Linux 6.10: LANDLOCK_ACCESS_FS_IOCTL_DEV.
constexpr std::uint64_t deviceRequests = 1ULL << 15;
// Version 6, Linux 6.12: LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET and LANDLOCK_SCOPE_SIGNAL.
constexpr std::uint64_t scopes = 1ULL << 0 | 1ULL << 1;

// landlock_ruleset_attr of Linux 6.12. Older kernels take it when what they do not know is zero.
struct RulesetAttributes {
  std::uint64_t files = 0;
  std::uint64_t network = 0;
  std::uint64_t scoped = 0;
};

constexpr std::uint64_t reading =
    LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_EXECUTE;
constexpr std::uint64_t readingAndWriting = reading | LANDLOCK_ACCESS_FS_WRITE_FILE |
                                            LANDLOCK_ACCESS_FS_MAKE_REG |
                                            LANDLOCK_ACCESS_FS_REMOVE_FILE | truncating;
constexpr std::uint64_t ofFirstVersion =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE |
    LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
    LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
    LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
    LANDLOCK_ACCESS_FS_MAKE_SYM;
// Rights that the kernel grants on a file; the others make no sense for one.
constexpr std::uint64_t ofFiles = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |
                                  LANDLOCK_ACCESS_FS_READ_FILE | truncating | deviceRequests;
constexpr int newestVersion = 6;  // of those whose rights are known here

// Every right of that version: what is not granted below is refused.
RulesetAttributes everythingOf(int version) {
  RulesetAttributes all;
  all.files = ofFirstVersion;
  if (version >= 2) all.files |= LANDLOCK_ACCESS_FS_REFER;  // Linux 5.19
  if (version >= 3) all.files |= truncating;
  if (version >= 4) all.network = tcp;
  if (version >= 5) all.files |= deviceRequests;
  if (version >= 6) all.scoped = scopes;
  return all;
}

// /etc is not among them: configurations of the archive lie there, with their passwords.
constexpr std::array<const char*, 17> readableEverywhere{"/usr",
                                                         "/lib",
                                                         "/lib64",
                                                         "/opt",
                                                         "/proc",
                                                         "/sys",
                                                         "/etc/ld.so.cache",
                                                         "/etc/ld.so.conf",
                                                         "/etc/ld.so.conf.d",
                                                         "/etc/fonts",
                                                         "/etc/dcmtk",
                                                         "/etc/localtime",
                                                         "/etc/passwd",
                                                         "/etc/nsswitch.conf",
                                                         "/etc/OpenCL",
                                                         "/var/cache/fontconfig",
                                                         "/dev/urandom"};

class Ruleset {
 public:
  // Kernels of distributions say a version of which they lack a part (RHEL 9 has no scope of
  // signals and says 6), so the next older one is asked for then. Without any, errno says why.
  Ruleset() {
    const long version =
        ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    for (int tried = static_cast<int>(std::min<long>(version, newestVersion)); tried > 0; --tried) {
      const RulesetAttributes all = everythingOf(tried);
      handled_ = all.files;
      ruleset_.reset(static_cast<int>(::syscall(SYS_landlock_create_ruleset, &all, sizeof all, 0)));
      if (ruleset_.get() >= 0 || errno != EINVAL) return;
    }
  }

  bool exists() const { return ruleset_.get() >= 0; }

  // What is not there needs no rule.
  bool grant(const std::string& path, std::uint64_t access) {
    const Descriptor place(::open(path.c_str(), O_PATH | O_CLOEXEC));
    if (place.get() < 0) return true;
    struct stat kind {};
    if (::fstat(place.get(), &kind) != 0) return false;
    landlock_path_beneath_attr rule{};
    rule.allowed_access = handled_ & (S_ISDIR(kind.st_mode) ? access : access & ofFiles);
    rule.parent_fd = place.get();
    return ::syscall(SYS_landlock_add_rule, ruleset_.get(), LANDLOCK_RULE_PATH_BENEATH, &rule, 0) ==
           0;
  }

  // A folder, and the files elsewhere that links in it lead to.
  bool grantReading(const std::string& folder) {
    bool granted = grant(folder, reading);
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
      if (!entry.is_symlink(error)) continue;
      granted = grant(entry.path().string(), reading) && granted;
    }
    return granted;
  }

  bool enforce() const { return ::syscall(SYS_landlock_restrict_self, ruleset_.get(), 0) == 0; }

 private:
  Descriptor ruleset_;
  std::uint64_t handled_ = 0;
};

std::string ownFolder() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error).parent_path().string();
}

std::vector<std::string> loaderFolders() {
  const char* variable = std::getenv("LD_LIBRARY_PATH");
  std::istringstream list(variable == nullptr ? "" : variable);
  std::vector<std::string> folders;
  for (std::string folder; std::getline(list, folder, ':');) {
    if (!folder.empty()) folders.push_back(folder);
  }
  return folders;
}

// Names in /dev. Of NVIDIA, of AMD.
bool isForComputing(const std::string& device) {
  return device.rfind("nvidia", 0) == 0 || device == "kfd";
}

bool grantDevices(Ruleset& ruleset) {
  bool granted = ruleset.grant("/dev/null", readingAndWriting);
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/dev", error)) {
    const std::string name = entry.path().filename().string();
    if (!isForComputing(name) && name != "dri") continue;
    granted = ruleset.grant(entry.path().string(), readingAndWriting | deviceRequests) && granted;
  }
  return granted;
}

// What the drivers of a GPU open besides its devices. NVIDIA's names its threads in
// /proc/PID/task/TID/comm, and from version 570 on CUDA does not start when it cannot
// (github.com/NVIDIA/OpenShell/pull/710).
bool grantToDrivers(Ruleset& ruleset) {
  return ruleset.grant("/dev/shm", readingAndWriting) && ruleset.grant("/dev/zero", reading) &&
         ruleset.grant("/proc/self/task", LANDLOCK_ACCESS_FS_WRITE_FILE | truncating);
}

}  // namespace

bool hasComputingDevice() {
  std::error_code error;
  const std::filesystem::directory_iterator devices("/dev", error);
  return std::any_of(begin(devices), end(devices), [](const auto& device) {
    return isForComputing(device.path().filename().string());
  });
}

std::string refuseFiles(const std::vector<std::string>& readableFolders, bool withGpu) {
  Ruleset ruleset;
  if (!ruleset.exists()) return "Landlock: " + lastError() + " (Linux 5.13 or later has it)";
  bool granted = grantDevices(ruleset) && ruleset.grant(ownFolder(), reading);
  if (withGpu) granted = grantToDrivers(ruleset) && granted;
  for (const char* path : readableEverywhere) granted = ruleset.grant(path, reading) && granted;
  for (const std::string& path : readableFolders) {
    granted = ruleset.grantReading(path) && granted;
  }
  for (const std::string& path : loaderFolders()) {  // libraries that are opened when first needed
    granted = ruleset.grant(path, reading) && granted;
  }
  if (!granted) return "Landlock: a rule was refused: " + lastError();
  return ruleset.enforce() ? "" : "Landlock: " + lastError();
}

}  // namespace cmr
