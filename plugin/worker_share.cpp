#include "plugin/worker_share.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <sstream>
#include <system_error>

namespace cmr {
namespace {

// CUDA takes the list up to the first entry that names nothing.
std::vector<std::string> listed(const std::string& visible) {
  std::vector<std::string> gpus;
  std::istringstream rest(visible);
  std::string entry;
  while (std::getline(rest, entry, ',')) {
    entry.erase(0, entry.find_first_not_of(' '));
    entry.erase(entry.find_last_not_of(' ') + 1);
    if (entry.empty() || entry.front() == '-') break;
    gpus.push_back(entry);
  }
  return gpus;
}

bool isGpu(const std::string& file) {
  const std::string beginning = "nvidia";
  return file.size() > beginning.size() && file.rfind(beginning, 0) == 0 &&
         std::all_of(file.begin() + static_cast<std::ptrdiff_t>(beginning.size()), file.end(),
                     [](unsigned char letter) { return std::isdigit(letter) != 0; });
}

}  // namespace

std::vector<std::string> usableGpus(const char* visible, const std::string& deviceFolder) {
  if (visible != nullptr) return listed(visible);
  std::vector<std::string> gpus;
  std::error_code none;
  for (std::filesystem::directory_iterator file(deviceFolder, none), end; !none && file != end;
       file.increment(none)) {
    if (isGpu(file->path().filename().string())) gpus.push_back(std::to_string(gpus.size()));
  }
  return gpus;
}

WorkerShare shareOf(int slot, int workers, int threads, int cores,
                    const std::vector<std::string>& gpus) {
  if (workers <= 1) return {threads, {}};
  const int all = threads > 0 ? threads : std::max(1, cores);
  WorkerShare share;
  share.threads = std::max(1, all / workers + (slot < all % workers ? 1 : 0));
  if (!gpus.empty()) share.gpu = gpus[static_cast<std::size_t>(slot) % gpus.size()];
  return share;
}

}  // namespace cmr
