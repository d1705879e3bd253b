#include "models/run_log.h"

#include <cmath>
#include <cstdio>

#include "analysis/errors.h"

namespace cmr {

RunLog::RunLog(const std::string& path) : file_(path, std::ios::app) {
  if (!file_) {
    throw ResourceError("cannot write " + path);
  }
}

void RunLog::write(const nlohmann::json& line) { file_ << line << std::endl; }

nlohmann::json numberOrNull(double value) {
  return std::isfinite(value) ? nlohmann::json(value) : nlohmann::json();
}

double secondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::string timeLeft(double seconds) {
  const auto minutes = static_cast<long>(seconds / 60);
  char text[32];
  std::snprintf(text, sizeof text, "%ld:%02ld h", minutes / 60, minutes % 60);
  return text;
}

}  // namespace cmr
