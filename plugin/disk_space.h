// How much room the job queue has.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace cmr {

// {"folder", "freeBytes", "databaseBytes"} of the folder that holds this database; null for what
// cannot be found out.
nlohmann::json diskSpace(const std::string& databasePath);

}  // namespace cmr
