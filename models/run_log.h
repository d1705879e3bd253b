// What a run tells while it goes on: one JSON object a line in log.jsonl, appended to by resuming.
#pragma once

#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

namespace cmr {

class RunLog {
 public:
  // Throws ResourceError when the file cannot be written.
  explicit RunLog(const std::string& path);
  void write(const nlohmann::json& line);

 private:
  std::ofstream file_;
};

// null for what is no number: JSON has no NaN.
nlohmann::json numberOrNull(double value);

double secondsSince(std::chrono::steady_clock::time_point start);

// "3:05 h"
std::string timeLeft(double seconds);

}  // namespace cmr
