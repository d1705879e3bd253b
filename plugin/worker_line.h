// What a worker says on its standard error, line by line.
#pragma once

#include <string>
#include <utility>

#include "plugin/worker_supervisor.h"

namespace cmr {

// How loud the line is, and the line without the mark that says so.
std::pair<LogLevel, std::string> levelOf(const std::string& line);

}  // namespace cmr
