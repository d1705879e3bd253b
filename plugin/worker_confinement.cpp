#include "plugin/worker_confinement.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <memory>
#include <sstream>
#include <system_error>

#include "plugin/descriptor.h"

namespace cmr {
namespace {

std::string lastError() { return std::generic_category().message(errno); }

// --- system calls: seccomp -----------------------------------------------------------------------

// Nothing of these is needed once the program runs; each would lead out of the process.
constexpr std::array refusedCalls{SCMP_SYS(socket),
                                  SCMP_SYS(connect),
                                  SCMP_SYS(bind),
                                  SCMP_SYS(listen),
                                  SCMP_SYS(accept),
                                  SCMP_SYS(accept4),
                                  SCMP_SYS(execve),
                                  SCMP_SYS(execveat),
                                  SCMP_SYS(fork),
                                  SCMP_SYS(vfork),
                                  SCMP_SYS(ptrace),
                                  SCMP_SYS(process_vm_readv),
                                  SCMP_SYS(process_vm_writev),
                                  SCMP_SYS(pidfd_open),
                                  SCMP_SYS(pidfd_getfd),
                                  SCMP_SYS(pidfd_send_signal),
                                  SCMP_SYS(rt_sigqueueinfo),
                                  SCMP_SYS(rt_tgsigqueueinfo),
                                  SCMP_SYS(tkill),
                                  SCMP_SYS(mount),
                                  SCMP_SYS(umount2),
                                  SCMP_SYS(pivot_root),
                                  SCMP_SYS(chroot),
                                  SCMP_SYS(setns),
                                  SCMP_SYS(unshare),
                                  SCMP_SYS(bpf),
                                  SCMP_SYS(perf_event_open),
                                  SCMP_SYS(add_key),
                                  SCMP_SYS(request_key),
                                  SCMP_SYS(keyctl),
                                  SCMP_SYS(init_module),
                                  SCMP_SYS(finit_module),
                                  SCMP_SYS(delete_module),
                                  SCMP_SYS(kexec_load),
                                  SCMP_SYS(reboot),
                                  SCMP_SYS(swapon),
                                  SCMP_SYS(swapoff),
                                  SCMP_SYS(userfaultfd),
                                  SCMP_SYS(io_uring_setup),
                                  SCMP_SYS(io_uring_enter),
                                  SCMP_SYS(io_uring_register)};

struct ReleaseFilter {
  void operator()(void* filter) const { seccomp_release(filter); }
};

// Threads, and no processes: one that outlived the worker would be under no deadline and no memory
// ceiling. The flags of clone3(2) lie behind a pointer, where no filter sees them; without it the C
// library takes clone(2).
int refuseProcesses(void* filter) {
  const int hidden = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
  const int other = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
                                     SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
  return hidden != 0 ? hidden : other;
}

// Empty when the filter is in force; otherwise why it is not.
std::string refuseCalls() {
  const std::unique_ptr<void, ReleaseFilter> filter(seccomp_init(SCMP_ACT_ALLOW));
  if (!filter) return "seccomp: no filter could be made";
  int failed = seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_TSYNC, 1);
  for (const int call : refusedCalls) {
    const int added = seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(EACCES), call, 0);
    if (added != 0 && added != -EDOM) failed = added;  // EDOM: this processor has no such call
  }
  // abort() and threads need signals to the process itself.
  const auto self = static_cast<scmp_datum_t>(::getpid());
  for (const int call : {SCMP_SYS(kill), SCMP_SYS(tgkill)}) {
    const int added =
        seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(EPERM), call, 1, SCMP_A0(SCMP_CMP_NE, self));
    if (added != 0) failed = added;
  }
  if (failed == 0) failed = refuseProcesses(filter.get());
  if (failed == 0) failed = seccomp_load(filter.get());
  return failed == 0 ? "" : "seccomp: " + std::generic_category().message(-failed);
}

// --- files: Landlock -----------------------------------------------------------------------------

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

// Empty when it is in force; otherwise why it is not.
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

void add(std::string& text, const std::string& more) {
  if (!more.empty()) text += (text.empty() ? "" : "; ") + more;
}

}  // namespace

Confinement confineProcess(const std::vector<std::string>& readableFolders) noexcept {
  Confinement confinement;
  try {
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
      confinement.missing = "no_new_privs: " + lastError();
      return confinement;
    }
    const std::string files = refuseFiles(readableFolders);
    const std::string calls = refuseCalls();
    confinement.files = files.empty();
    confinement.network = calls.empty();
    add(confinement.missing, files);
    add(confinement.missing, calls);
  } catch (const std::exception& error) {
    confinement.missing = error.what();
  }
  return confinement;
}

std::string describeConfinement(const Confinement& confinement) {
  std::string text = confinement.network ? "no network" : "NETWORK REACHABLE";
  text += confinement.files ? ", own files only" : ", ALL FILES REACHABLE";
  return confinement.missing.empty() ? text : text + " (" + confinement.missing + ")";
}

}  // namespace cmr
