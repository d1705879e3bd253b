// Where a segmentation counts papillary muscles and trabeculae.
#pragma once

namespace cmr {

// Published ranges of one convention say nothing about numbers of another. What repairs a
// segmentation (analysis/frame_repair.h) counts what the cavity encloses as cavity, so that
// packages of any further convention are refused.
enum class PapillaryConvention {
  unknown,   // the package does not say
  inCavity,  // in the volumes, and not in the mass
};

// As manifests and results say it.
inline constexpr const char* papillariesInCavity = "in the cavity";

}  // namespace cmr
