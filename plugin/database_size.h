// What the job queue takes on its disk.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace cmr {

// {"folder", "bytes"} of this database and of SQLite's files beside it.
nlohmann::json databaseSize(const std::string& databasePath);

}  // namespace cmr
