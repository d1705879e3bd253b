// What a worker process gives up before it touches data of a patient: the network, other processes,
// and every file but those that it needs. A decoder that a crafted file has taken over can then
// neither send anything anywhere nor read or change the archive, which runs as the same user.
#pragma once

#include <string>
#include <vector>

namespace cmr {

struct Confinement {
  bool network = false;  // no new socket can be made (seccomp(2))
  bool files = false;    // Landlock holds: only what is on the list can be opened
  std::string missing;   // what could not be had, and why; empty when all of it is there
};

// Of the calling thread and of those that it starts from now on, for ever; so call it before any
// other thread is there. Not undone by exec.
//
// Refused with EACCES, EPERM or ENOSYS from then on (plugin/refused_calls.cpp):
// - sockets, connecting, listening, pairs of datagram sockets; running programs, starting processes
//   (threads may be), outliving the parent;
// - to other processes: signals, also those that a descriptor sends, looking into them, and their
//   limits, priority, scheduling, cores and pages;
// - to files, by whatever path or descriptor: truncation by path, mode, owner, times, attributes,
//   flags, leases, other names, folders, handles;
// - shared memory, semaphores and queues of System V and POSIX;
// - memory that no resident set holds, unless there is a GPU, whose driver needs it;
// - namespaces, mounts, kernel modules, BPF, io_uring (which would go round the filter), and every
//   call that came after Linux 5.17.
// Capabilities are gone but for reading what belongs to other users.
// Files (plugin/reachable_files.cpp): the system's libraries, fonts and settings that they need,
// /proc, /sys, the program's own folder and readableFolders (with what links directly in them lead
// to) can be read; /dev/null and the devices of a GPU be written as well, and with a GPU that
// computes /dev/shm and what the kernel tells of the worker's threads. Nothing else can be opened.
// Landlock came with Linux 5.13; where the kernel lacks it (or was started without it), `missing`
// says so and the rest holds all the same. Its later versions add what the filter refuses anyway,
// and refuse requests to devices.
//
// Not refused: time of the processor, threads and what else the kernel counts for a user as a
// whole; asking whether a path exists, and its size, owner and times; what /proc shows to
// everybody.
//
// Never throws: a worker that cannot be confined says so and works.
Confinement confineProcess(const std::vector<std::string>& readableFolders) noexcept;

// One line for a log or a status: "no network, own files only", and what is missing.
std::string describeConfinement(const Confinement& confinement);

}  // namespace cmr
