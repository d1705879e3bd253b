// What stands behind a structure of a package: its "evidence" in the manifest.
//   "real"        real images that experts outlined
//   "phantom"     drawn hearts alone
//   "both"        both of them
//   "non-expert"  drawn hearts, and real images whose outlines no expert drew or checked
#pragma once

namespace cmr {

inline constexpr const char* nonExpertEvidence = "non-expert";

}  // namespace cmr
