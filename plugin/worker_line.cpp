#include "plugin/worker_line.h"

namespace cmr {

std::pair<LogLevel, std::string> levelOf(const std::string& line) {
  for (const auto& [mark, level] :
       {std::pair{"[error] ", LogLevel::error}, std::pair{"[critical] ", LogLevel::error},
        std::pair{"[warning] ", LogLevel::warning}, std::pair{"[info] ", LogLevel::info}}) {
    if (line.rfind(mark, 0) == 0) return {level, line.substr(std::string(mark).size())};
  }
  return {LogLevel::warning, line};  // not the worker's own logger: a library or the loader
}

}  // namespace cmr
