// One request to somebody else's server, for the webhooks. Redirections are not followed: a notice
// goes where the configuration says and nowhere else.
#pragma once

#include <chrono>
#include <stop_token>
#include <string>

namespace cmr {

struct HttpPost {
  std::string url;
  std::string body;    // JSON
  std::string bearer;  // empty: none
  std::chrono::seconds longest{30};
};

struct HttpAnswer {
  int status = 0;       // 0: there was none
  std::string problem;  // of the connection; empty when there is a status
};

// Returns soon after a stop was asked for. The answer's body is not read.
HttpAnswer postHttp(const HttpPost& post, const std::stop_token& stop);

}  // namespace cmr
