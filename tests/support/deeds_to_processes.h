// System calls at other processes and at what they share: see outward_deed.h.
#pragma once

#include <fcntl.h>
#include <linux/kcmp.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/outward_deed.h"

namespace cmr::test {

// Of one end of a pair of sockets.
template <class Use>
int attemptOnSocket(Use use) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return EBADF;
  const int error = use(ends[0]) < 0 ? errno : 0;
  for (const int end : ends) ::close(end);
  return error;
}

inline int attemptPair(int type) {
  std::array<int, 2> ends{};
  return attempt(SYS_socketpair, AF_UNIX, type, 0, ends.data());
}

inline int openedOf(pid_t process, const char* what) {
  const std::string path = "/proc/" + std::to_string(process) + "/" + what;
  return attempt(SYS_openat, AT_FDCWD, path.c_str(), O_RDONLY, 0);
}

inline int sentTo(long call, pid_t process) {
  siginfo_t nothing{};
  nothing.si_code = SI_QUEUE;
  if (call == SYS_rt_sigqueueinfo) return attempt(call, process, 0, &nothing);
  return attempt(call, process, process, 0, &nothing);
}

inline int limited(pid_t process) {
  rlimit64 same{};
  if (const int error = attempt(SYS_prlimit64, process, RLIMIT_FSIZE, nullptr, &same)) return error;
  return attempt(SYS_prlimit64, process, RLIMIT_FSIZE, &same, nullptr);
}

inline int pinned(pid_t process) {
  std::array<unsigned long, 128> cores{};
  const long size = ::syscall(SYS_sched_getaffinity, process, sizeof cores, cores.data());
  if (size < 0) return EBADF;
  return attempt(SYS_sched_setaffinity, process, size, cores.data());
}

inline int rescheduled(pid_t process) {
  std::array<std::uint32_t, 14> same{};  // sched_attr of sched_getattr(2)
  if (::syscall(SYS_sched_getattr, process, same.data(), sizeof same, 0) != 0) return EBADF;
  return attempt(SYS_sched_setattr, process, same.data(), 0);
}

// Taken away where it could be made.
inline int madeInSystemV(long make, long first, long second, long control) {
  const long made = ::syscall(make, IPC_PRIVATE, first, second);
  if (made < 0) return errno;
  if (control == SYS_semctl) return attempt(control, made, 0, IPC_RMID, 0);
  return attempt(control, made, IPC_RMID, nullptr);
}

inline int madeQueue() {
  const long made = ::syscall(SYS_mq_open, "cmr-outward", O_CREAT | O_RDWR, 0600, nullptr);
  if (made < 0) return errno;
  ::close(static_cast<int>(made));
  return attempt(SYS_mq_unlink, "cmr-outward");
}

inline int owned(int command) {
  return attemptOnSocket([command](int socket) {
    f_owner_ex owner{F_OWNER_PID, ::getppid()};
    if (command == F_SETOWN_EX) return ::fcntl(socket, command, &owner);
    return ::fcntl(socket, command, command == F_SETSIG ? SIGKILL : ::getppid());
  });
}

inline const std::vector<Deed>& deedsToProcesses() {
  static const std::vector<Deed> deeds{
      {"limit", [](const Outside& o) { return limited(o.process); }},
      {"priority",
       [](const Outside& o) {
         const int same = ::getpriority(PRIO_PROCESS, static_cast<id_t>(o.process));
         return attempt(SYS_setpriority, PRIO_PROCESS, o.process, same);
       }},
      {"priorityOfGroup",
       [](const Outside& o) {
         const pid_t group = ::getpgid(o.process);
         const int same = ::getpriority(PRIO_PGRP, static_cast<id_t>(group));
         return attempt(SYS_setpriority, PRIO_PGRP, group, same);
       }},
      {"priorityOfOwnGroup",  // in which the other process may be
       [](const Outside&) {
         const int same = ::getpriority(PRIO_PGRP, 0);
         return attempt(SYS_setpriority, PRIO_PGRP, 0, same);
       }},
      {"priorityOfDisk",
       [](const Outside& o) {
         const long ofProcess = 1;  // IOPRIO_WHO_PROCESS of ioprio_set(2)
         const long same = ::syscall(SYS_ioprio_get, ofProcess, o.process);
         return attempt(SYS_ioprio_set, ofProcess, o.process, same);
       }},
      {"affinity", [](const Outside& o) { return pinned(o.process); }},
      {"scheduler",
       [](const Outside& o) {
         const sched_param same{};
         return attempt(SYS_sched_setscheduler, o.process, SCHED_OTHER, &same);
       }},
      {"schedulerParameter",
       [](const Outside& o) {
         const sched_param same{};
         return attempt(SYS_sched_setparam, o.process, &same);
       }},
      {"schedulerAttributes", [](const Outside& o) { return rescheduled(o.process); }},
      {"migratePages",
       [](const Outside& o) {
         const unsigned long node = 1;
         return attempt(SYS_migrate_pages, o.process, 8, &node, &node);
       }},
      {"movePages",
       [](const Outside& o) {
         return attempt(SYS_move_pages, o.process, 0, nullptr, nullptr, nullptr, 0);
       }},
      {"kill", [](const Outside& o) { return attempt(SYS_kill, o.process, 0); }},
      {"tgkill", [](const Outside& o) { return attempt(SYS_tgkill, o.process, o.process, 0); }},
      {"tkill", [](const Outside& o) { return attempt(SYS_tkill, o.process, 0); }},
      {"sigqueue", [](const Outside& o) { return sentTo(SYS_rt_sigqueueinfo, o.process); }},
      {"tgsigqueue", [](const Outside& o) { return sentTo(SYS_rt_tgsigqueueinfo, o.process); }},
      {"pidfd", [](const Outside& o) { return attempt(SYS_pidfd_open, o.process, 0); }},
      {"pidfdSignal",
       [](const Outside&) { return attempt(SYS_pidfd_send_signal, -1, 0, nullptr, 0); }},
      {"pidfdFile", [](const Outside&) { return attempt(SYS_pidfd_getfd, -1, 0, 0); }},
      {"pidfdMemory", [](const Outside&) { return attempt(SYS_process_madvise, -1, 0, 0, 0, 0); }},
      {"pidfdRelease", [](const Outside&) { return attempt(SYS_process_mrelease, -1, 0); }},
      // A signal of one's choice, sent by the kernel when a descriptor becomes readable: fcntl(2).
      {"ownerOfSignals", [](const Outside&) { return owned(F_SETOWN); }},
      {"ownerOfSignalsEx", [](const Outside&) { return owned(F_SETOWN_EX); }},
      {"signalOfDescriptor", [](const Outside&) { return owned(F_SETSIG); }},
      {"ownerOfSocket",
       [](const Outside& o) {
         return attemptOnSocket([&](int socket) { return ::ioctl(socket, FIOSETOWN, &o.process); });
       }},
      {"ownerOfSocketOld",
       [](const Outside& o) {
         return attemptOnSocket([&](int socket) { return ::ioctl(socket, SIOCSPGRP, &o.process); });
       }},
      {"memoryOfProcess", [](const Outside& o) { return openedOf(o.process, "mem"); }},
      {"environmentOfProcess", [](const Outside& o) { return openedOf(o.process, "environ"); }},
      {"compare",
       [](const Outside& o) { return attempt(SYS_kcmp, o.process, ::getpid(), KCMP_VM, 0, 0); }},
      {"outliveArchive", [](const Outside&) { return attempt(SYS_prctl, PR_SET_PDEATHSIG, 0); }},
      {"datagrams", [](const Outside&) { return attemptPair(SOCK_DGRAM); }},
      {"datagramsRaw", [](const Outside&) { return attemptPair(SOCK_RAW); }},
      {"sharedMemory",
       [](const Outside&) {
         return madeInSystemV(SYS_shmget, 4096, IPC_CREAT | 0600, SYS_shmctl);
       }},
      {"attachMemory", [](const Outside&) { return attempt(SYS_shmat, -1, nullptr, 0); }},
      {"removeMemory", [](const Outside&) { return attempt(SYS_shmctl, -1, IPC_RMID, nullptr); }},
      {"messages",
       [](const Outside&) { return madeInSystemV(SYS_msgget, IPC_CREAT | 0600, 0, SYS_msgctl); }},
      {"sendMessage", [](const Outside&) { return attempt(SYS_msgsnd, -1, nullptr, 0, 0); }},
      {"takeMessage", [](const Outside&) { return attempt(SYS_msgrcv, -1, nullptr, 0, 0, 0); }},
      {"removeMessages", [](const Outside&) { return attempt(SYS_msgctl, -1, IPC_RMID, nullptr); }},
      {"semaphores",
       [](const Outside&) { return madeInSystemV(SYS_semget, 1, IPC_CREAT | 0600, SYS_semctl); }},
      {"useSemaphore", [](const Outside&) { return attempt(SYS_semop, -1, nullptr, 0); }},
      {"awaitSemaphore",
       [](const Outside&) { return attempt(SYS_semtimedop, -1, nullptr, 0, nullptr); }},
      {"removeSemaphores", [](const Outside&) { return attempt(SYS_semctl, -1, 0, IPC_RMID, 0); }},
      {"queue", [](const Outside&) { return madeQueue(); }},
      {"removeQueue", [](const Outside&) { return attempt(SYS_mq_unlink, "cmr-no-such-queue"); }},
  };
  return deeds;
}

// What the driver of a GPU needs, and therefore may where there is one.
inline const std::vector<Deed>& deedsOfGpuDrivers() {
  static const std::vector<Deed> deeds{
      {"fchmod",
       [](const Outside& o) {
         return attemptOn(o.readable, [](int file) { return ::fchmod(file, 0600); });
       }},
      {"memoryFile", [](const Outside&) { return attempt(SYS_memfd_create, "cmr", 0); }},
      {"secretMemoryFile", [](const Outside&) { return attempt(SYS_memfd_secret, 0); }},
      {"memoryToShare",
       [](const Outside&) {
         return attempt(SYS_mmap, nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                        -1, 0);
       }},
      {"zeroesToShare",
       [](const Outside&) { return attempt(SYS_openat, AT_FDCWD, "/dev/zero", O_RDONLY, 0); }},
  };
  return deeds;
}

}  // namespace cmr::test
