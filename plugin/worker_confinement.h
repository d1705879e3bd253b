// What a worker process gives up before it touches data of a patient: the network, and every file
// but those that it needs. A decoder that a crafted file has taken over can then neither send
// anything anywhere nor read or change the archive.
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
// Refused with EACCES or EPERM from then on: sockets, connecting, listening; running programs;
// starting processes (threads may be);
// signals to other processes; looking into other processes; namespaces, mounts, kernel modules,
// BPF, io_uring (which would go round the filter).
// Files: the system's libraries, fonts and settings that they need, /proc, /sys, the program's own
// folder and readableFolders (with what links directly in them lead to) can be read; /dev/null and
// the devices of a GPU, and its shared memory, be written as well. Nothing else can be opened.
// Landlock came with Linux 5.13; where the kernel lacks it (or was started without it), `missing`
// says so and the rest holds all the same.
//
// Never throws: a worker that cannot be confined says so and works.
Confinement confineProcess(const std::vector<std::string>& readableFolders) noexcept;

// One line for a log or a status: "no network, own files only", and what is missing.
std::string describeConfinement(const Confinement& confinement);

}  // namespace cmr
