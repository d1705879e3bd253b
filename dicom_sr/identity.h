// Every UID that we write is a function of what went in (sources, package, program and format
// version, settings, device and precision class, kind of object), so that a retry stores the same
// objects again and another result never hides under the same UID.
#pragma once

#include <string>
#include <vector>

#include "dicom_sr/produced_object.h"
#include "dicom_sr/source.h"

namespace cmr {

// "2.25." followed by the decimal form of a name-based UUID (RFC 4122 version 5 layout over
// SHA-256; PS3.5 B.2). The same parts, in the same order, always give the same UID.
std::string uidFromParts(const std::vector<std::string>& parts);

// The stem that all UIDs of one result share: sorted source SOPInstanceUIDs with content hashes
// and the context.
std::vector<std::string> identityParts(const SeriesStack& source, const OutputContext& context);

// UID of one thing: kind is a stable word such as "seg/series", "sr/instance", "tracking/lv-ed".
std::string outputUid(const SeriesStack& source, const OutputContext& context,
                      const std::string& kind);

}  // namespace cmr
