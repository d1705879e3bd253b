// Orthanc's JSON answers as plain structures. Each function throws ResourceError when the answer is
// not what Orthanc 1.10's REST API documents.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "plugin/archive.h"

namespace cmr {

ChangePage parseChanges(std::string_view json);                       // GET /changes
std::vector<std::string> parseIdentifiers(std::string_view json);     // GET /series, .../metadata
ArchivedStudy parseStudy(std::string_view json);                      // GET /studies/{id}
ArchivedSeries parseSeries(std::string_view json);                    // GET /series/{id}
std::vector<ArchivedInstance> parseInstances(std::string_view json);  // GET /series/{id}/instances
std::string parseParentSeries(std::string_view json);                 // GET /instances/{id}
// POST /tools/lookup: what is found of this type ("Study", "Instance")
std::vector<std::string> parseLookup(std::string_view json, const std::string& type);
// GET /instances/{id}/metadata?expand: what tells where it came from
std::map<std::string, std::string> parseSource(std::string_view json);
// GET /instances/{id}/metadata/ReceptionDate: "20261128T061500", in UTC; empty when it is no date
std::optional<std::int64_t> parseReception(std::string_view text);
InstanceTags parseTags(std::string_view json);  // GET /instances/{id}/simplified-tags
// The same of a file that is not stored yet: see Archive::whyNotOurs.
std::string whyTagsAreNotOurs(std::string_view json, const std::string& SOPInstanceUID,
                              const std::string& StudyInstanceUID);
StoredInstance parseStored(std::string_view json);  // POST /instances

std::string parseJobId(std::string_view json);        // POST /modalities/{id}/store and such
SendingProgress parseSending(std::string_view json);  // GET /jobs/{id}

}  // namespace cmr
