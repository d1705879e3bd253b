#include "plugin/resident_memory.h"

#include <unistd.h>

#include <fstream>
#include <string>

namespace cmr {

std::uint64_t residentBytes(int processId) {
  if (processId <= 0) return 0;
  std::ifstream file("/proc/" + std::to_string(processId) + "/statm");
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  file >> size >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace cmr
