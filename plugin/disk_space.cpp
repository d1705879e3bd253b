#include "plugin/disk_space.h"

#include <filesystem>
#include <nlohmann/json.hpp>

namespace cmr {

nlohmann::json diskSpace(const std::string& databasePath) {
  namespace fs = std::filesystem;
  using Json = nlohmann::json;
  const fs::path folder = fs::path(databasePath).parent_path();
  std::error_code error;
  const fs::space_info space = fs::space(folder, error);
  const Json freeBytes = error ? Json() : Json(space.available);
  std::uintmax_t used = 0;
  for (const char* part : {"", "-wal", "-shm"}) {  // SQLite's files beside the database
    const std::uintmax_t size = fs::file_size(databasePath + part, error);
    if (!error) used += size;
  }
  return {{"folder", folder.string()}, {"freeBytes", freeBytes}, {"databaseBytes", used}};
}

}  // namespace cmr
