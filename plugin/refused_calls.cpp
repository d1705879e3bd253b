#include "plugin/refused_calls.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <memory>
#include <system_error>

namespace cmr {
namespace {

// Nothing of these is needed once the program runs; each leads out of the process.
constexpr std::array network{SCMP_SYS(socket), SCMP_SYS(connect), SCMP_SYS(bind),
                             SCMP_SYS(listen), SCMP_SYS(accept),  SCMP_SYS(accept4)};
constexpr std::array programs{SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(fork),
                              SCMP_SYS(vfork)};
constexpr std::array otherProcesses{SCMP_SYS(ptrace),
                                    SCMP_SYS(process_vm_readv),
                                    SCMP_SYS(process_vm_writev),
                                    SCMP_SYS(kcmp),
                                    SCMP_SYS(pidfd_open),
                                    SCMP_SYS(pidfd_getfd),
                                    SCMP_SYS(process_madvise),
                                    SCMP_SYS(process_mrelease),
                                    SCMP_SYS(pidfd_send_signal),
                                    SCMP_SYS(rt_sigqueueinfo),
                                    SCMP_SYS(rt_tgsigqueueinfo),
                                    SCMP_SYS(tkill)};
constexpr std::array machine{SCMP_SYS(mount),
                             SCMP_SYS(umount2),
                             SCMP_SYS(open_tree),
                             SCMP_SYS(move_mount),
                             SCMP_SYS(fsopen),
                             SCMP_SYS(fsconfig),
                             SCMP_SYS(fsmount),
                             SCMP_SYS(fspick),
                             SCMP_SYS(mount_setattr),
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
                             SCMP_SYS(kexec_file_load),
                             SCMP_SYS(reboot),
                             SCMP_SYS(swapon),
                             SCMP_SYS(swapoff),
                             SCMP_SYS(syslog),
                             SCMP_SYS(userfaultfd),
                             SCMP_SYS(io_uring_setup),
                             SCMP_SYS(io_uring_enter),
                             SCMP_SYS(io_uring_register)};
// What Landlock leaves to whoever owns a file, by its path and whether it may be opened or not
// (Documentation/userspace-api/landlock.rst, "Filesystem flags"), or did in older kernels: it has
// truncate(2) since Linux 6.2. Other names are its own; not where it is missing.
constexpr std::array files{SCMP_SYS(truncate),
                           SCMP_SYS(chmod),
                           SCMP_SYS(fchmodat),
                           SCMP_SYS(chown),
                           SCMP_SYS(fchown),
                           SCMP_SYS(lchown),
                           SCMP_SYS(fchownat),
                           SCMP_SYS(utime),
                           SCMP_SYS(utimes),
                           SCMP_SYS(futimesat),
                           SCMP_SYS(utimensat),
                           SCMP_SYS(setxattr),
                           SCMP_SYS(lsetxattr),
                           SCMP_SYS(fsetxattr),
                           SCMP_SYS(removexattr),
                           SCMP_SYS(lremovexattr),
                           SCMP_SYS(fremovexattr),
                           SCMP_SYS(rename),
                           SCMP_SYS(renameat),
                           SCMP_SYS(renameat2),
                           SCMP_SYS(link),
                           SCMP_SYS(linkat),
                           SCMP_SYS(symlink),
                           SCMP_SYS(symlinkat),
                           SCMP_SYS(mkdir),
                           SCMP_SYS(mkdirat),
                           SCMP_SYS(rmdir),
                           SCMP_SYS(mknod),
                           SCMP_SYS(mknodat),
                           SCMP_SYS(name_to_handle_at),
                           SCMP_SYS(open_by_handle_at)};
// Everything of one user shares these: sysvipc(7), mq_overview(7).
constexpr std::array sharedObjects{
    SCMP_SYS(shmget),     SCMP_SYS(shmat),   SCMP_SYS(shmctl),   SCMP_SYS(msgget), SCMP_SYS(msgsnd),
    SCMP_SYS(msgrcv),     SCMP_SYS(msgctl),  SCMP_SYS(semget),   SCMP_SYS(semop),  SCMP_SYS(semctl),
    SCMP_SYS(semtimedop), SCMP_SYS(mq_open), SCMP_SYS(mq_unlink)};
// Memory that no resident set holds: a ceiling on that would not be one. Where there is a GPU, CUDA
// does not start without memfd_create(2) (github.com/NVIDIA/OpenShell/issues/1696).
constexpr std::array uncountedMemory{SCMP_SYS(memfd_create), SCMP_SYS(memfd_secret)};

// The kernel looks at the lower half of such arguments only, whatever stands above.
constexpr scmp_datum_t allOfInt = 0xffffffff;

// Rules for one filter. After a rule that could not be had it is not loaded.
class CallFilter {
 public:
  CallFilter() : filter_(seccomp_init(SCMP_ACT_ALLOW)) {
    if (filter_) failed_ = seccomp_attr_set(filter_.get(), SCMP_FLTATR_CTL_TSYNC, 1);
  }

  void refuse(int call, std::uint16_t error, std::initializer_list<scmp_arg_cmp> when = {}) {
    if (failed_ != 0) return;
    const int added = seccomp_rule_add_array(filter_.get(), SCMP_ACT_ERRNO(error), call,
                                             static_cast<unsigned>(when.size()),
                                             when.size() ? when.begin() : nullptr);
    if (added != -EDOM) failed_ = added;  // this processor has no such call
  }

  template <std::size_t count>
  void refuseAll(const std::array<int, count>& calls) {
    for (const int call : calls) refuse(call, EACCES);
  }

  int load() { return failed_ != 0 ? failed_ : seccomp_load(filter_.get()); }

 private:
  struct Release {
    void operator()(void* filter) const { seccomp_release(filter); }
  };

  const std::unique_ptr<void, Release> filter_;
  int failed_ = -ENOMEM;
};

// Threads, and no processes: one that outlived the worker would be under no deadline and no memory
// ceiling; so would a worker that outlives the archive. The flags of clone3(2) lie behind a
// pointer, where no filter sees them; without it the C library takes clone(2).
void refuseProcesses(CallFilter& filter) {
  filter.refuse(SCMP_SYS(clone3), ENOSYS);
  filter.refuse(SCMP_SYS(clone), EPERM, {SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0)});
  filter.refuse(SCMP_SYS(prctl), EPERM, {SCMP_A0(SCMP_CMP_MASKED_EQ, allOfInt, PR_SET_PDEATHSIG)});
}

// abort() and threads need signals to the process itself. What a descriptor has to tell can be a
// signal, too, of any number and to anybody of the same user: fcntl(2), "Managing signals".
void refuseSignals(CallFilter& filter) {
  const auto self = static_cast<scmp_datum_t>(::getpid());
  filter.refuse(SCMP_SYS(kill), EPERM, {SCMP_A0(SCMP_CMP_NE, self)});
  filter.refuse(SCMP_SYS(tgkill), EPERM, {SCMP_A0(SCMP_CMP_NE, self)});
  for (const int command : {F_SETOWN, F_SETOWN_EX, F_SETSIG, F_SETLEASE, F_NOTIFY}) {
    filter.refuse(SCMP_SYS(fcntl), EPERM,
                  {SCMP_A1(SCMP_CMP_MASKED_EQ, allOfInt, static_cast<scmp_datum_t>(command))});
  }
}

// The limits, the priority and the place of other processes of the same user. 0 is the caller.
// OpenMP on its way to bind threads is not the caller: plugin/worker_environment.cpp.
void refuseScheduling(CallFilter& filter) {
  constexpr scmp_datum_t ownThread = 1;  // IOPRIO_WHO_PROCESS of ioprio_set(2)
  for (const int call : {SCMP_SYS(prlimit64), SCMP_SYS(sched_setaffinity),
                         SCMP_SYS(sched_setscheduler), SCMP_SYS(sched_setparam),
                         SCMP_SYS(sched_setattr), SCMP_SYS(migrate_pages), SCMP_SYS(move_pages)}) {
    filter.refuse(call, EPERM, {SCMP_A0(SCMP_CMP_NE, 0)});
  }
  filter.refuse(SCMP_SYS(setpriority), EPERM, {SCMP_A0(SCMP_CMP_NE, PRIO_PROCESS)});
  filter.refuse(SCMP_SYS(setpriority), EPERM, {SCMP_A1(SCMP_CMP_NE, 0)});
  filter.refuse(SCMP_SYS(ioprio_set), EPERM, {SCMP_A0(SCMP_CMP_NE, ownThread)});
  filter.refuse(SCMP_SYS(ioprio_set), EPERM, {SCMP_A1(SCMP_CMP_NE, 0)});
}

// Two ways past the rights that Landlock's first versions ask for: opened neither for reading nor
// for writing, and opened for reading and emptied (open(2), "File access mode", O_TRUNC). The flags
// of openat2(2) lie behind a pointer; the C library does without it.
void refuseOpening(CallFilter& filter) {
  const auto refuseFlags = [&](scmp_datum_t mask, scmp_datum_t value) {
    filter.refuse(SCMP_SYS(open), EACCES, {SCMP_A1(SCMP_CMP_MASKED_EQ, mask, value)});
    filter.refuse(SCMP_SYS(openat), EACCES, {SCMP_A2(SCMP_CMP_MASKED_EQ, mask, value)});
  };
  refuseFlags(O_ACCMODE, O_ACCMODE);
  refuseFlags(O_ACCMODE | O_TRUNC, O_RDONLY | O_TRUNC);
  filter.refuse(SCMP_SYS(openat2), ENOSYS);
}

// Requests by kind, _IOC_TYPE of ioctl(2): sockets have an owner of signals, too. File systems take
// flags, attributes, copies and snapshots through descriptors that are open for reading, and
// Landlock knows of none of these (landlock.rst, LANDLOCK_ACCESS_FS_IOCTL_DEV: of devices only).
void refuseRequests(CallFilter& filter) {
  constexpr scmp_datum_t sockets = 0x89;
  constexpr scmp_datum_t btrfs = 0x94;
  constexpr scmp_datum_t f2fs = 0xf5;
  for (const scmp_datum_t kind :
       std::initializer_list<scmp_datum_t>{sockets, btrfs, f2fs, 'f', 'X', 'v'}) {
    filter.refuse(SCMP_SYS(ioctl), EACCES, {SCMP_A1(SCMP_CMP_MASKED_EQ, 0xff00, kind << 8)});
  }
}

// A pair of these needs no connect(2) to send to any socket of the system that has a path. One bit
// tells SOCK_DGRAM (2) and SOCK_RAW (3, to AF_UNIX the same) from SOCK_STREAM and SOCK_SEQPACKET.
void refuseDatagrams(CallFilter& filter) {
  constexpr scmp_datum_t kindOfSocket = 0xe;
  filter.refuse(SCMP_SYS(socketpair), EACCES,
                {SCMP_A1(SCMP_CMP_MASKED_EQ, kindOfSocket, SOCK_DGRAM)});
}

void refuseWithoutGpu(CallFilter& filter) {
  filter.refuseAll(uncountedMemory);
  constexpr scmp_datum_t toShare = MAP_SHARED | MAP_ANONYMOUS;
  filter.refuse(SCMP_SYS(mmap), EACCES, {SCMP_A3(SCMP_CMP_MASKED_EQ, toShare, toShare)});
  filter.refuse(SCMP_SYS(fchmod), EACCES);  // a driver may want it for its file in /dev/shm
}

// Calls that came later than those that were weighed here. Every library has a way without them,
// for the sake of older kernels. Since Linux 5.1 new calls have one number on all processors but
// Alpha. A filter of its own, for libseccomp compares no numbers of calls.
int refuseLaterCalls() {
  constexpr std::uint32_t lastWeighed = 450;  // set_mempolicy_home_node(2), Linux 5.17
  std::array<sock_filter, 4> steps{{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, lastWeighed, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  }};
  const sock_fprog program{steps.size(), steps.data()};
  const long loaded =
      ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
  if (loaded < 0) return -errno;
  return loaded == 0 ? 0 : -ESRCH;  // a thread that goes by another filter
}

}  // namespace

std::string refuseCalls(bool withGpu) {
  CallFilter filter;
  filter.refuseAll(network);
  filter.refuseAll(programs);
  filter.refuseAll(otherProcesses);
  filter.refuseAll(machine);
  filter.refuseAll(files);
  filter.refuseAll(sharedObjects);
  refuseProcesses(filter);
  refuseSignals(filter);
  refuseScheduling(filter);
  refuseOpening(filter);
  refuseRequests(filter);
  refuseDatagrams(filter);
  if (!withGpu) refuseWithoutGpu(filter);
  int failed = filter.load();
  if (failed == 0) failed = refuseLaterCalls();
  return failed == 0 ? "" : "seccomp: " + std::generic_category().message(std::abs(failed));
}

}  // namespace cmr
