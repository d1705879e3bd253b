#include "plugin/resource_floor.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

namespace cmr {
namespace {

constexpr std::uint64_t kibi = 1024;
constexpr std::uint64_t mebi = kibi * kibi;

// Value of a line "Name:   123 kB" or "name 123"; empty when there is none.
std::optional<std::uint64_t> valueIn(const std::filesystem::path& path, const std::string& name) {
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::string word;
    std::uint64_t value = 0;
    if (words >> word >> value && word == name) return value;
  }
  return std::nullopt;
}

// Empty also when the file says "max".
std::optional<std::uint64_t> numberIn(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::uint64_t value = 0;
  return file >> value ? std::optional(value) : std::nullopt;
}

std::optional<std::uint64_t> freeIn(const std::filesystem::path& group) {
  const auto most = numberIn(group / "memory.max");
  const auto taken = numberIn(group / "memory.current");
  if (!most || !taken) return std::nullopt;
  // Pages of files that nobody used lately are given back when memory is asked for.
  const std::uint64_t idle = valueIn(group / "memory.stat", "inactive_file").value_or(0);
  const std::uint64_t held = *taken - std::min(*taken, idle);
  return *most - std::min(*most, held);
}

// Our own group, as proc(5) names it: "0::/system.slice/orthanc.service".
std::filesystem::path ownControlGroup(const std::string& list) {
  std::ifstream file(list);
  std::string line;
  while (std::getline(file, line)) {
    if (line.rfind("0::/", 0) == 0) return line.substr(4);
  }
  return {};
}

std::string mebibytes(std::uint64_t bytes) { return std::to_string(bytes / mebi) + " MiB"; }

}  // namespace

// A service's own limit (systemd's MemoryMax=) stands in its group, a container's in the root that
// it sees; each group above limits as well.
std::optional<std::uint64_t> freeInControlGroups(const std::string& root, const std::string& list) {
  std::optional<std::uint64_t> least;
  std::filesystem::path group = ownControlGroup(list);
  for (;; group = group.parent_path()) {
    const auto here = freeIn(std::filesystem::path(root) / group);
    if (here) least = std::min(least.value_or(*here), *here);
    if (group.empty()) return least;
  }
}

FreeResources measureResources(const std::vector<std::string>& folders) {
  FreeResources free;
  for (const std::string& folder : folders) {
    std::error_code error;
    const auto space = std::filesystem::space(folder, error);
    if (!error) free.disks.push_back({folder, space.available});
  }
  if (const auto available = valueIn("/proc/meminfo", "MemAvailable:")) {
    free.memoryBytes = *available * kibi;
  }
  if (const auto group = freeInControlGroups("/sys/fs/cgroup", "/proc/self/cgroup")) {
    free.memoryBytes = std::min(free.memoryBytes.value_or(*group), *group);
  }
  return free;
}

std::string belowFloor(const ResourceFloor& floor, const FreeResources& free) {
  for (const FreeDisk& disk : free.disks) {
    if (disk.bytes >= floor.diskBytes) continue;
    return "the disk of " + disk.folder + " has " + mebibytes(disk.bytes) +
           " left, fewer than DiskFloorMiB (" + mebibytes(floor.diskBytes) + ")";
  }
  if (free.memoryBytes && *free.memoryBytes < floor.memoryBytes) {
    return "the system has " + mebibytes(*free.memoryBytes) +
           " of memory left, fewer than MemoryFloorMiB (" + mebibytes(floor.memoryBytes) + ")";
  }
  return {};
}

}  // namespace cmr
