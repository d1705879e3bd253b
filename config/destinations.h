// Where results are sent on to: other nodes that the archive knows already, under a name of ours.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace cmr {

enum class DestinationKind {
  modality,  // of Orthanc's DicomModalities: C-STORE
  peer,      // of Orthanc's OrthancPeers: its REST interface
  dicomWeb   // of the DICOMweb plugin's servers: STOW-RS
};
const char* destinationKindName(DestinationKind kind);  // "Modality", "Peer", "DicomWeb"

struct Destination {
  std::string name;
  DestinationKind kind = DestinationKind::modality;
  std::string target;  // what the archive calls it
};

// {"pacs": {"Modality": "PACS"}, ...}. Throws InputError that says what must be there instead,
// beginning with "must be".
std::vector<Destination> parseDestinations(const nlohmann::json& value);

// Names of ours, each once. Throws InputError as above.
std::vector<std::string> parseDestinationNames(const nlohmann::json& value);

std::vector<std::string> namesOf(const std::vector<Destination>& destinations);

// What is wrong with them in this configuration of the archive: targets that it does not have (with
// the nearest name), and a history of jobs too short to learn how sending ended. What the archive
// keeps in its database instead is not seen here.
std::vector<std::string> destinationMistakes(const std::vector<Destination>& destinations,
                                             const std::vector<std::string>& byDefault,
                                             const nlohmann::json& configuration);

}  // namespace cmr
