#include "plugin/database_size.h"

#include <filesystem>
#include <nlohmann/json.hpp>

namespace cmr {

nlohmann::json databaseSize(const std::string& databasePath) {
  namespace fs = std::filesystem;
  std::uintmax_t bytes = 0;
  for (const char* part : {"", "-wal", "-shm"}) {
    std::error_code error;
    const std::uintmax_t size = fs::file_size(databasePath + part, error);
    if (!error) bytes += size;
  }
  return {{"folder", fs::path(databasePath).parent_path().string()}, {"bytes", bytes}};
}

}  // namespace cmr
