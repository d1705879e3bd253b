// Who made content, as a person's name is written (PS3.5 6.2.1): family name and given name,
// whatever stands before whom.
#pragma once

namespace cmr {

inline constexpr const char* contentCreator = "CMR^Orthanc";

}  // namespace cmr
