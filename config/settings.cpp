#include "config/settings.h"

#include <algorithm>
#include <array>
#include <functional>
#include <nlohmann/json.hpp>

#include "analysis/errors.h"
#include "analysis/plain_sha256.h"
#include "config/known_keys.h"
#include "config/plain_name.h"
#include "config/strict_json.h"

namespace cmr {
namespace {

using Json = nlohmann::json;

constexpr const char* sectionName = "CMR";
constexpr int mostMiB = 100000000;
constexpr int mostDeliveryAttempts = 100000;

// Thrown by a setter; becomes one line of the message.
class BadValue : public InputError {
 public:
  using InputError::InputError;
};

bool boolean(const Json& value) {
  if (!value.is_boolean()) throw BadValue("must be true or false, not " + value.dump());
  return value.get<bool>();
}

int whole(const Json& value, int least, int most) {
  const std::string range =
      "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
  if (!value.is_number_integer())
    throw BadValue("must be " + range + ", not " + inQuotes(value.dump()));
  if (value < least || value > most) throw BadValue("must be " + range + ", not " + value.dump());
  return value.get<int>();
}

std::chrono::seconds seconds(const Json& value, int least, int most) {
  return std::chrono::seconds(whole(value, least, most));
}

std::string path(const Json& value, bool mayBeEmpty) {
  if (!value.is_string()) throw BadValue("must be a path in quotes");
  const auto& text = value.get_ref<const std::string&>();
  if (text.empty() && mayBeEmpty) return text;
  if (text.empty() || text.front() != '/') {
    throw BadValue("must be an absolute path (Orthanc's working directory is nobody's), not " +
                   inQuotes(text));
  }
  if (text.find('\0') != std::string::npos) throw BadValue("must not contain a zero byte");
  return text;
}

std::string shown(const Json& value) {
  return inQuotes(value.is_string() ? value.get<std::string>() : value.dump());
}

// Lists are cut where a message repeats them: it names the entry that is wrong.
[[noreturn]] void refuseEntry(const std::string& entry, const std::string& sentence) {
  throw BadValue("is refused: " + entry + " " + sentence);
}

[[noreturn]] void refuseEntry(std::size_t index, const std::string& sentence) {
  refuseEntry("entry " + std::to_string(index + 1), sentence);
}

std::map<std::string, std::string> packages(const Json& value) {
  if (!value.is_object()) {
    throw BadValue(
        "must be an object of names and folders, such as {\"heart3t\": "
        "\"/var/lib/orthanc/cmr/models/heart3t\"}, not " +
        inQuotes(value.dump()));
  }
  std::map<std::string, std::string> all;
  for (const auto& [name, folder] : value.items()) {
    if (!isPlainName(name)) {
      throw BadValue("has the name " + inQuotes(name) +
                     "; names are 1 to 64 letters, digits, hyphens, underscores and points");
    }
    try {
      all.emplace(name, path(folder, false));
    } catch (const BadValue& bad) {
      refuseEntry(inQuotes(name), bad.what());
    }
  }
  return all;
}

bool deleteOrKeep(const Json& value) {
  if (value == "delete") return true;
  if (value == "keep") return false;
  throw BadValue("must be \"delete\" or \"keep\", not " + value.dump());
}

// The hint of known_keys.h for a word among values; nothing for what is no word.
std::string meantBy(const Json& given, const std::vector<std::string>& known) {
  return given.is_string() ? hintAt(given.get<std::string>(), known) : std::string();
}

std::vector<std::string> structures(const Json& value) {
  const std::string wanted =
      "\"lv_cavity\", \"lv_myocardium\", \"rv_cavity\", \"seg_lge_sax\", \"seg_map_sax\" or "
      "\"seg_cine_lax\", not ";
  static const std::vector<std::string> known{"lv_cavity",   "lv_myocardium", "rv_cavity",
                                              "seg_lge_sax", "seg_map_sax",   "seg_cine_lax"};
  if (!value.is_array()) throw BadValue("must be a list of " + wanted + inQuotes(value.dump()));
  std::vector<std::string> names;
  for (const Json& name : value) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      refuseEntry(names.size(), "must be " + wanted + shown(name) + meantBy(name, known));
    }
    names.push_back(name.get<std::string>());
  }
  return names;
}

std::vector<std::string> checksums(const Json& value) {
  if (!value.is_array()) {
    throw BadValue("must be a list of SHA-256 checksums (64 hexadecimal digits), not " +
                   inQuotes(value.dump()));
  }
  std::vector<std::string> all;
  for (const Json& one : value) {
    const std::string sum = one.is_string() ? plainSha256(one.get<std::string>()) : std::string();
    if (sum.empty()) {
      refuseEntry(all.size(),
                  "must be a SHA-256 checksum (64 hexadecimal digits), not " + shown(one));
    }
    all.push_back(sum);
  }
  return all;
}

// Only addresses that a browser opens as a page: nothing that would run as a script here.
std::map<std::string, std::string> viewers(const Json& value) {
  if (!value.is_object()) {
    throw BadValue(
        "must be an object of names and addresses, such as {\"OHIF\": "
        "\"https://site/viewer?StudyInstanceUIDs={StudyInstanceUID}\"}, not " +
        inQuotes(value.dump()));
  }
  std::map<std::string, std::string> all;
  for (const auto& [name, address] : value.items()) {
    const std::string text = address.is_string() ? address.get<std::string>() : std::string();
    const bool isPage = text.rfind("https://", 0) == 0 || text.rfind("http://", 0) == 0 ||
                        (text.rfind('/', 0) == 0 && text.rfind("//", 0) != 0);
    if (name.empty()) refuseEntry("a viewer", "has no name");
    if (!isPage || text.find("{StudyInstanceUID}") == std::string::npos) {
      refuseEntry(inQuotes(name),
                  "must be an address such as "
                  "\"https://site/viewer?StudyInstanceUIDs={StudyInstanceUID}\", not " +
                      shown(address));
    }
    all.emplace(name, text);
  }
  return all;
}

RoleMap roles(const Json& value) {
  const std::string wanted = "\"none\", \"viewer\", \"operator\" or \"administrator\"";
  if (!value.is_object()) {
    throw BadValue("must be an object of users and " + wanted +
                   ", such as {\"anna\": \"administrator\", \"*\": \"viewer\"}, not " +
                   inQuotes(value.dump()));
  }
  constexpr std::array all{Role::none, Role::viewer, Role::operatorRole, Role::administrator};
  RoleMap map;
  for (const auto& [user, name] : value.items()) {
    const auto* const role = std::find_if(
        all.begin(), all.end(), [&name = name](Role one) { return name == roleName(one); });
    if (user.empty()) refuseEntry("a user", "has no name");
    if (role == all.end()) {
      refuseEntry(inQuotes(user),
                  "must be " + wanted + ", not " + shown(name) +
                      meantBy(name, {"none", "viewer", "operator", "administrator"}));
    }
    map.emplace(user, *role);
  }
  return map;
}

// Of letters, digits and hyphens; in lower case, as Orthanc hands headers on. "Authorization" holds
// a password and is what Orthanc checks itself.
std::string headerName(const Json& value) {
  if (!value.is_string()) throw BadValue("must be the name of a header in quotes");
  std::string name = value.get<std::string>();
  constexpr const char* allowed = "abcdefghijklmnopqrstuvwxyz0123456789-";
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  if (name.find_first_not_of(allowed) != std::string::npos || name == "authorization") {
    throw BadValue("must be the name of a header such as \"X-Remote-User\", not " +
                   inQuotes(value.dump()));
  }
  return name;
}

WorklistSettings worklist(const Json& value) {
  if (!value.is_object()) throw BadValue("must be an object such as {\"Enable\": true}");
  WorklistSettings settings;
  for (const auto& [name, entry] : value.items()) {
    try {
      if (name == "Enable") {
        settings.enable = boolean(entry);
      } else if (name == "OnlyOwnStation") {
        settings.onlyOwnStation = boolean(entry);
      } else if (name == "Folder") {
        settings.folder = path(entry, true);
      } else if (name == "ExpireDays") {
        settings.expireDays = whole(entry, 0, 3650);
      } else {
        throw BadValue("is unknown; there are Enable, OnlyOwnStation, Folder and ExpireDays" +
                       hintAt(name, {"Enable", "OnlyOwnStation", "Folder", "ExpireDays"}));
      }
    } catch (const BadValue& bad) {
      refuseEntry(inQuotes(name), bad.what());
    }
  }
  return settings;
}

// A reader that throws InputError.
template <typename Read>
auto checked(Read read, const Json& value) {
  try {
    return read(value);
  } catch (const InputError& error) {
    throw BadValue(error.what());
  }
}

struct Key {
  const char* name;
  std::function<void(Settings&, const Json&)> set;
};

const std::vector<Key>& keys() {
  static const std::vector<Key> all{
      {"Enable", [](Settings& s, const Json& v) { s.enable = boolean(v); }},
      {"Package", [](Settings& s, const Json& v) { s.packageFolder = path(v, false); }},
      {"Packages", [](Settings& s, const Json& v) { s.packages = packages(v); }},
      {"WorkerExecutable", [](Settings& s, const Json& v) { s.workerExecutable = path(v, false); }},
      {"Database", [](Settings& s, const Json& v) { s.databaseFolder = path(v, true); }},
      {"Rules", [](Settings& s, const Json& v) { s.rulesFile = path(v, true); }},
      {"Workers", [](Settings& s, const Json& v) { s.workers = whole(v, 1, 16); }},
      {"Threads", [](Settings& s, const Json& v) { s.threads = whole(v, 0, 1024); }},
      {"Niceness", [](Settings& s, const Json& v) { s.niceness = whole(v, 0, 19); }},
      {"JobDeadlineSeconds",
       [](Settings& s, const Json& v) { s.jobDeadline = seconds(v, 10, 86400); }},
      {"StartDeadlineSeconds",
       [](Settings& s, const Json& v) { s.startDeadline = seconds(v, 5, 3600); }},
      {"SilenceLimitSeconds",
       [](Settings& s, const Json& v) { s.silenceLimit = seconds(v, 5, 3600); }},
      {"MaxAttempts", [](Settings& s, const Json& v) { s.maxAttempts = whole(v, 1, 100); }},
      {"FirstBackOffSeconds",
       [](Settings& s, const Json& v) { s.firstBackOff = seconds(v, 1, 3600); }},
      {"LargestBackOffSeconds",
       [](Settings& s, const Json& v) { s.largestBackOff = seconds(v, 1, 86400); }},
      {"EarlyStart", [](Settings& s, const Json& v) { s.earlyStart = boolean(v); }},
      {"ReadAhead", [](Settings& s, const Json& v) { s.readAhead = boolean(v); }},
      {"EditRules", [](Settings& s, const Json& v) { s.editRules = boolean(v); }},
      {"Roles", [](Settings& s, const Json& v) { s.roles = roles(v); }},
      {"UserHeader", [](Settings& s, const Json& v) { s.userHeader = headerName(v); }},
      {"Viewers", [](Settings& s, const Json& v) { s.viewers = viewers(v); }},
      {"Worklist", [](Settings& s, const Json& v) { s.worklist = worklist(v); }},
      {"Superseded", [](Settings& s, const Json& v) { s.deleteSuperseded = deleteOrKeep(v); }},
      {"StudyReport", [](Settings& s, const Json& v) { s.reportStudies = boolean(v); }},
      {"ReportExperimental",
       [](Settings& s, const Json& v) { s.reportExperimental = structures(v); }},
      {"AllowedScripts", [](Settings& s, const Json& v) { s.allowedScripts = checksums(v); }},
      {"WorkerMemoryMiB",
       [](Settings& s, const Json& v) { s.workerMemoryMiB = whole(v, 0, mostMiB); }},
      {"DiskFloorMiB", [](Settings& s, const Json& v) { s.diskFloorMiB = whole(v, 0, mostMiB); }},
      {"MemoryFloorMiB",
       [](Settings& s, const Json& v) { s.memoryFloorMiB = whole(v, 0, mostMiB); }},
      {"AuditDays", [](Settings& s, const Json& v) { s.auditDays = whole(v, 0, 36500); }},
      {"RetentionDays", [](Settings& s, const Json& v) { s.retentionDays = whole(v, 0, 36500); }},
      {"Destinations",
       [](Settings& s, const Json& v) { s.destinations = checked(parseDestinations, v); }},
      {"SendResultsTo",
       [](Settings& s, const Json& v) { s.sendResultsTo = checked(parseDestinationNames, v); }},
      {"Webhooks", [](Settings& s, const Json& v) { s.webhooks = checked(parseWebhooks, v); }},
      {"DeliveryAttempts",
       [](Settings& s, const Json& v) { s.deliveryAttempts = whole(v, 1, mostDeliveryAttempts); }},
      {"StoreResults", [](Settings& s, const Json& v) { s.storeResults = boolean(v); }},
  };
  return all;
}

const Key* find(const std::string& name) {
  for (const Key& key : keys()) {
    if (name == key.name) return &key;
  }
  return nullptr;
}

// Sets one value; returns what is wrong with it, or nothing.
std::string setOne(Settings& settings, const std::string& name, const Json& value) {
  const Key* key = find(name);
  if (key == nullptr) {
    const std::string meant = nearestOf(name, settingsKeys());
    return "unknown key " + inQuotes(name) +
           (meant.empty() ? "" : "; did you mean " + inQuotes(meant) + "?");
  }
  try {
    key->set(settings, value);
    return {};
  } catch (const BadValue& bad) {
    return name + " " + bad.what();
  }
}

// What no single value shows; configuration: the whole of the archive's.
std::vector<std::string> mistakesTogether(const Settings& settings, const Json& configuration) {
  std::vector<std::string> mistakes =
      destinationMistakes(settings.destinations, settings.sendResultsTo, configuration);
  for (const Webhook& webhook : settings.webhooks) {
    for (const Destination& destination : settings.destinations) {
      if (webhook.name != destination.name) continue;
      mistakes.push_back("Webhooks and Destinations both have " + inQuotes(webhook.name));
    }
  }
  if (settings.enable && settings.packageFolder.empty()) {
    mistakes.emplace_back("Package is missing: the folder of the model package");
  }
  if (settings.editRules && settings.rulesFile.empty()) {
    mistakes.emplace_back("EditRules needs Rules: the rules that ship cannot be edited");
  }
  if (settings.largestBackOff < settings.firstBackOff) {
    mistakes.emplace_back("LargestBackOffSeconds must not be smaller than FirstBackOffSeconds");
  }
  if (settings.silenceLimit > settings.jobDeadline) {
    mistakes.emplace_back("SilenceLimitSeconds must not be larger than JobDeadlineSeconds");
  }
  return mistakes;
}

Settings parseSection(const Json& section, const Json& configuration) {
  if (!section.is_object()) throw InputError("configuration: \"CMR\" must be an object");
  Settings settings;
  std::vector<std::string> mistakes;
  for (const auto& [name, value] : section.items()) {
    std::string mistake = setOne(settings, name, value);
    if (!mistake.empty()) mistakes.push_back(std::move(mistake));
  }
  // A value that was refused must not be called missing too.
  if (mistakes.empty()) mistakes = mistakesTogether(settings, configuration);
  if (mistakes.empty()) return settings;
  std::string message = "configuration, section \"CMR\":";
  for (const std::string& mistake : mistakes) message += " " + mistake + ".";
  throw InputError(message);
}

// As Orthanc does it: whoever lets others than this machine in and says nothing about users gets
// authentication.
bool authenticates(const Json& configuration) {
  for (const char* key : {"AuthenticationEnabled", "RemoteAccessAllowed"}) {
    const auto found = configuration.find(key);
    if (found != configuration.end() && found->is_boolean()) return found->get<bool>();
  }
  return false;
}

std::string sectionMeantIn(const Json& configuration) {
  for (const auto& [name, value] : configuration.items()) {
    if (value.is_object() && !nearestOf(name, {sectionName}).empty()) return name;
  }
  return {};
}

}  // namespace

Settings parseSettings(std::string_view configuration) {
  const Json whole = parseStrictJson(configuration, "configuration");
  if (!whole.is_object()) throw InputError("configuration: not a JSON object");
  const auto section = whole.find(sectionName);
  Settings settings;
  settings.enable = false;
  if (section != whole.end()) {
    settings = parseSection(*section, whole);
  } else {
    settings.sectionMeant = sectionMeantIn(whole);
  }
  settings.archiveAuthenticates = authenticates(whole);
  return settings;
}

std::vector<std::string> packageNames(const Settings& settings) {
  std::vector<std::string> names;
  for (const auto& [name, folder] : settings.packages) names.push_back(name);
  return names;
}

std::optional<NamesInSection> namesInSection(std::string_view configuration) {
  const Json whole = parseStrictJson(configuration, "configuration");
  const auto section = whole.is_object() ? whole.find(sectionName) : whole.end();
  if (!whole.is_object() || section == whole.end()) return std::nullopt;
  if (!section->is_object()) throw InputError("configuration: \"CMR\" must be an object");
  Settings settings;
  for (const char* key : {"Packages", "Destinations"}) {
    const auto entry = section->find(key);
    const std::string mistake =
        entry == section->end() ? std::string() : setOne(settings, key, *entry);
    if (!mistake.empty()) throw InputError("configuration, section \"CMR\": " + mistake);
  }
  return NamesInSection{namesOf(settings.destinations), packageNames(settings)};
}

std::vector<std::string> settingsKeys() {
  std::vector<std::string> names;
  for (const Key& key : keys()) names.emplace_back(key.name);
  return names;
}

}  // namespace cmr
