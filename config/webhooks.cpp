#include "config/webhooks.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "analysis/errors.h"
#include "config/plain_name.h"
#include "config/strict_json.h"

namespace cmr {
namespace {

using Json = nlohmann::json;

constexpr std::size_t mostWebhooks = 20;  // each has a thread

// Thrown with what is wrong with one webhook.
[[noreturn]] void refuse(const std::string& name, const std::string& sentence) {
  throw InputError("is refused: " + inQuotes(name) + " " + sentence);
}

// Printable and without spaces: nothing that would begin another line of the request.
bool isOneWord(const std::string& text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

std::string urlIn(const Json& value, const std::string& name) {
  const std::string url = value.is_string() ? value.get<std::string>() : std::string();
  const bool isWeb = url.rfind("https://", 0) == 0 || url.rfind("http://", 0) == 0;
  const std::string host = url.substr(0, url.find('/', url.find("//") + 2));
  if (!isWeb || !isOneWord(url) || host.find('@') != std::string::npos) {
    refuse(name, "needs a Url that begins with http:// or https:// and holds no password");
  }
  return url;
}

std::vector<std::string> eventsIn(const Json& value, const std::string& name) {
  std::vector<std::string> events;
  const auto& known = webhookEvents();
  for (const Json& entry : value.is_array() ? value : Json::array()) {
    const auto found = std::find(known.begin(), known.end(), entry);
    if (found == known.end()) break;
    if (std::find(events.begin(), events.end(), *found) == events.end()) events.push_back(*found);
  }
  if (events.empty() || events.size() != value.size()) {
    refuse(name,
           "needs On to be a list of different ends: \"done\", \"notAnalysable\", \"dead\" or "
           "\"cancelled\", not " +
               inQuotes(value.dump()));
  }
  return events;
}

Webhook webhookOf(const std::string& name, const Json& entry) {
  if (!isPlainName(name)) refuse(name, "is no name of letters, digits and \"-_.\", at most 64");
  if (!entry.is_object()) refuse(name, "must be an object with a Url");
  Webhook webhook{name, {}, {"done", "notAnalysable", "dead"}, {}, false};
  for (const auto& [key, value] : entry.items()) {
    if (key == "Url") {
      webhook.url = urlIn(value, name);
    } else if (key == "On") {
      webhook.events = eventsIn(value, name);
    } else if (key == "Bearer") {
      webhook.bearer = value.is_string() ? value.get<std::string>() : std::string();
      if (!isOneWord(webhook.bearer)) refuse(name, "needs Bearer to be one word in quotes");
    } else if (key == "Identifiers") {
      if (!value.is_boolean()) refuse(name, "needs Identifiers to be true or false");
      webhook.identifiers = value.get<bool>();
    } else {
      const std::string meant = nearestOf(key, {"Url", "On", "Bearer", "Identifiers"});
      refuse(name, "has the unknown key " + inQuotes(key) +
                       (meant.empty() ? "; there are Url, On, Bearer and Identifiers"
                                      : "; did you mean " + inQuotes(meant) + "?"));
    }
  }
  if (webhook.url.empty()) refuse(name, "needs a Url");
  return webhook;
}

}  // namespace

const std::vector<std::string>& webhookEvents() {
  static const std::vector<std::string> events{"done", "notAnalysable", "dead", "cancelled"};
  return events;
}

std::vector<Webhook> parseWebhooks(const Json& value) {
  if (!value.is_object() || value.size() > mostWebhooks) {
    throw InputError("must be an object of at most 20 names and {\"Url\": \"https://...\"}");
  }
  std::vector<Webhook> webhooks;
  for (const auto& [name, entry] : value.items()) webhooks.push_back(webhookOf(name, entry));
  return webhooks;
}

}  // namespace cmr
