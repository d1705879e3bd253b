// How much disk and memory there is, and whether it is enough to begin a job. Images are stored
// whatever it is: only our own work waits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cmr {

struct ResourceFloor {
  std::uint64_t diskBytes = 0;       // 0: no floor
  std::uint64_t memoryBytes = 0;     // 0: no floor
  std::vector<std::string> folders;  // of the queue and of the archive
};

struct FreeDisk {
  std::string folder;
  std::uint64_t bytes = 0;  // that this user may write
};

struct FreeResources {
  std::vector<FreeDisk> disks;  // folders that are not there (yet) are left out
  // What may be taken without swapping (proc(5), MemAvailable), or less where a control group
  // allows less (cgroup v2, memory.max). Empty: the system does not say.
  std::optional<std::uint64_t> memoryBytes;
};

// What the control groups of this process leave, the one that leaves least (cgroup v2, memory.max).
// root: of their file system; list: the file of cgroups(7) that names ours. Empty: no limit is
// seen.
std::optional<std::uint64_t> freeInControlGroups(const std::string& root, const std::string& list);

FreeResources measureResources(const std::vector<std::string>& folders);

// Sentence that names what is short, by how much and the setting; empty when all is well.
std::string belowFloor(const ResourceFloor& floor, const FreeResources& free);

}  // namespace cmr
