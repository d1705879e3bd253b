#include "config/destinations.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "analysis/errors.h"
#include "config/plain_name.h"
#include "config/strict_json.h"

namespace cmr {
namespace {

using Json = nlohmann::json;

constexpr std::array allKinds{DestinationKind::modality, DestinationKind::peer,
                              DestinationKind::dicomWeb};
constexpr std::size_t mostDestinations = 20;  // each has a thread

// Targets are a part of a path in the archive.
bool isTarget(const Json& value) {
  if (!value.is_string()) return false;
  const auto& text = value.get_ref<const std::string&>();
  return !text.empty() && text != "." && text != ".." &&
         text.find_first_of(std::string_view("/?\0", 3)) == std::string::npos;
}

// The part of the archive's configuration that lists targets of this kind.
struct Listing {
  const char* place;    // for people
  const Json* entries;  // null: there is none
  bool isInDatabase;    // the archive keeps its list elsewhere
};

const Json* member(const Json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

bool isOn(const Json& object, const char* key) {
  const Json* const value = member(object, key);
  return value != nullptr && value->is_boolean() && value->get<bool>();
}

Listing listingOf(DestinationKind kind, const Json& configuration) {
  switch (kind) {
    case DestinationKind::modality:
      return {"DicomModalities", member(configuration, "DicomModalities"),
              isOn(configuration, "DicomModalitiesInDatabase")};
    case DestinationKind::peer:
      return {"OrthancPeers", member(configuration, "OrthancPeers"),
              isOn(configuration, "OrthancPeersInDatabase")};
    case DestinationKind::dicomWeb:
      break;
  }
  const Json* const plugin = member(configuration, "DicomWeb");
  return {"the servers of DicomWeb", plugin == nullptr ? nullptr : member(*plugin, "Servers"),
          plugin != nullptr && isOn(*plugin, "ServersInDatabase")};
}

std::string meant(const std::string& given, const std::vector<std::string>& known) {
  const std::string nearest = nearestOf(given, known);
  return nearest.empty() ? "" : "; did you mean " + inQuotes(nearest) + "?";
}

std::string mistakeOf(const Destination& destination, const Json& configuration) {
  const Listing listing = listingOf(destination.kind, configuration);
  if (listing.isInDatabase) return {};
  std::vector<std::string> known;
  if (listing.entries != nullptr && listing.entries->is_object()) {
    for (const auto& [name, entry] : listing.entries->items()) known.push_back(name);
  }
  if (std::find(known.begin(), known.end(), destination.target) != known.end()) return {};
  return "Destinations: " + inQuotes(destination.name) + " is " +
         destinationKindName(destination.kind) + " " + inQuotes(destination.target) + ", which " +
         listing.place + " do not have" + meant(destination.target, known);
}

}  // namespace

const char* destinationKindName(DestinationKind kind) {
  switch (kind) {
    case DestinationKind::modality:
      return "Modality";
    case DestinationKind::peer:
      return "Peer";
    case DestinationKind::dicomWeb:
      return "DicomWeb";
  }
  return "";
}

std::vector<Destination> parseDestinations(const Json& value) {
  const std::string wanted =
      "must be an object of at most 20 names (letters, digits, \"-_.\") and what each is, one of "
      "{\"Modality\": NAME}, {\"Peer\": NAME} and {\"DicomWeb\": NAME}, not ";
  if (!value.is_object() || value.size() > mostDestinations) {
    throw InputError(wanted + inQuotes(value.dump()));
  }
  std::vector<Destination> destinations;
  for (const auto& [name, entry] : value.items()) {
    if (!isPlainName(name) || !entry.is_object() || entry.size() != 1 ||
        !isTarget(*entry.begin())) {
      throw InputError(wanted + inQuotes(name + ": " + entry.dump()));
    }
    const std::string given = entry.begin().key();
    const auto* const kind =
        std::find_if(allKinds.begin(), allKinds.end(),
                     [&](DestinationKind one) { return given == destinationKindName(one); });
    if (kind == allKinds.end()) {
      throw InputError(wanted + inQuotes(name + ": " + entry.dump()) +
                       meant(given, {"Modality", "Peer", "DicomWeb"}));
    }
    destinations.push_back({name, *kind, entry.begin()->get<std::string>()});
  }
  return destinations;
}

std::vector<std::string> parseDestinationNames(const Json& value) {
  const std::string wanted = "must be a list of names of Destinations, each once, not ";
  if (!value.is_array()) throw InputError(wanted + inQuotes(value.dump()));
  std::vector<std::string> names;
  for (const Json& entry : value) {
    const std::string name = entry.is_string() ? entry.get<std::string>() : std::string();
    if (name.empty() || std::find(names.begin(), names.end(), name) != names.end()) {
      throw InputError(wanted + inQuotes(value.dump()));
    }
    names.push_back(name);
  }
  return names;
}

std::vector<std::string> namesOf(const std::vector<Destination>& destinations) {
  std::vector<std::string> names;
  for (const Destination& destination : destinations) names.push_back(destination.name);
  return names;
}

std::vector<std::string> destinationMistakes(const std::vector<Destination>& destinations,
                                             const std::vector<std::string>& byDefault,
                                             const Json& configuration) {
  std::vector<std::string> mistakes;
  const std::vector<std::string> known = namesOf(destinations);
  for (const std::string& name : byDefault) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    mistakes.push_back("SendResultsTo names " + inQuotes(name) +
                       ", which Destinations do not have" + meant(name, known));
  }
  for (const Destination& destination : destinations) {
    std::string mistake = mistakeOf(destination, configuration);
    if (!mistake.empty()) mistakes.push_back(std::move(mistake));
  }
  const Json* const history = member(configuration, "JobsHistorySize");
  if (!destinations.empty() && history != nullptr && *history == 0) {
    mistakes.emplace_back(
        "Destinations need Orthanc's JobsHistorySize to be larger than 0: without it nobody learns "
        "how sending ended");
  }
  return mistakes;
}

}  // namespace cmr
