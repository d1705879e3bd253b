// Whom the service tells that a job has ended, by a request of its own.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace cmr {

struct Webhook {
  std::string name;
  std::string url;                  // http or https
  std::vector<std::string> events;  // On: the ends of jobs that it is told of, of webhookEvents()
  std::string bearer;               // Bearer: a token that is sent along; empty: none
  bool identifiers = false;         // Identifiers: DICOM UIDs are told, too
};

// "done", "notAnalysable", "dead", "cancelled"; a webhook is told of the first three unless it says
// otherwise.
const std::vector<std::string>& webhookEvents();

// {"desk": {"Url": "https://...", "On": ["dead"], "Bearer": "...", "Identifiers": true}, ...}.
// Throws InputError that says what must be there instead, without repeating a token.
std::vector<Webhook> parseWebhooks(const nlohmann::json& value);

}  // namespace cmr
