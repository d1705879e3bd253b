#include "plugin/reachable_files.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

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

constexpr std::uint64_t reading =
    LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_EXECUTE;
constexpr std::uint64_t readingAndWriting = reading | LANDLOCK_ACCESS_FS_WRITE_FILE |
                                            LANDLOCK_ACCESS_FS_MAKE_REG |
                                            LANDLOCK_ACCESS_FS_REMOVE_FILE;
// Every right of the first version of Landlock: what is not granted below is refused.
constexpr std::uint64_t handled =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE |
    LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
    LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
    LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
    LANDLOCK_ACCESS_FS_MAKE_SYM;
// Rights that make no sense for a file and that the kernel refuses to grant on one.
constexpr std::uint64_t ofFiles =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE;

// /etc is not among them: configurations of the archive lie there, with their passwords.
constexpr std::array<const char*, 18> readableEverywhere{"/usr",
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
                                                         "/dev/urandom",
                                                         "/dev/zero"};

// What is not there needs no rule.
bool grant(int ruleset, const std::string& path, std::uint64_t access) {
  const Descriptor place(::open(path.c_str(), O_PATH | O_CLOEXEC));
  if (place.get() < 0) return true;
  struct stat kind {};
  if (::fstat(place.get(), &kind) != 0) return false;
  landlock_path_beneath_attr rule{};
  rule.allowed_access = S_ISDIR(kind.st_mode) ? access : access & ofFiles;
  rule.parent_fd = place.get();
  return ::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
}

// A folder, and the files elsewhere that links in it lead to.
bool grantFolder(int ruleset, const std::string& folder) {
  bool granted = grant(ruleset, folder, reading);
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (!entry.is_symlink(error)) continue;
    granted = grant(ruleset, entry.path().string(), reading) && granted;
  }
  return granted;
}

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

bool grantDevices(int ruleset) {
  bool granted = grant(ruleset, "/dev/null", readingAndWriting);
  std::error_code error;
  bool hasGpu = false;
  for (const auto& entry : std::filesystem::directory_iterator("/dev", error)) {
    const std::string name = entry.path().filename().string();
    if (name.rfind("nvidia", 0) != 0 && name != "dri" && name != "kfd") continue;
    granted = grant(ruleset, entry.path().string(), readingAndWriting) && granted;
    hasGpu = true;
  }
  return hasGpu ? grant(ruleset, "/dev/shm", readingAndWriting) && granted : granted;
}

}  // namespace

std::string refuseFiles(const std::vector<std::string>& readableFolders) {
  landlock_ruleset_attr attributes{};
  attributes.handled_access_fs = handled;
  const Descriptor ruleset(
      static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0)));
  if (ruleset.get() < 0) return "Landlock: " + lastError() + " (Linux 5.13 or later has it)";
  bool granted = grantDevices(ruleset.get()) && grant(ruleset.get(), ownFolder(), reading);
  for (const char* path : readableEverywhere) {
    granted = grant(ruleset.get(), path, reading) && granted;
  }
  for (const std::string& path : readableFolders) {
    granted = grantFolder(ruleset.get(), path) && granted;
  }
  for (const std::string& path : loaderFolders()) {  // libraries that are opened when first needed
    granted = grant(ruleset.get(), path, reading) && granted;
  }
  if (!granted) return "Landlock: a rule was refused: " + lastError();
  if (::syscall(SYS_landlock_restrict_self, ruleset.get(), 0) != 0) {
    return "Landlock: " + lastError();
  }
  return {};
}

}  // namespace cmr
