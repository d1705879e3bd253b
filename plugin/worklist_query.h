// What an asker of the worklist wants to know, as Orthanc shows a query in JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace cmr {

// `query` is in Orthanc's short format: {"gggg,eeee": text, null or [items]}. Whether any key, in a
// sequence too, is one of a manufacturer's own: its group is odd (PS3.5 7.8).
bool hasPrivateKeys(const nlohmann::json& query);

// The same question without them, as Orthanc makes DICOM of it: keys without a value are empty
// texts, and the character set is that of JSON.
nlohmann::json withoutPrivateKeys(const nlohmann::json& query);

// Whether it names a code of ScheduledProtocolCodeSequence, which an exam without codes does not
// have: an unknown value meets no key that has a value (PS3.4 K.2.2.1.1.1).
bool namesACode(const nlohmann::json& query);

}  // namespace cmr
