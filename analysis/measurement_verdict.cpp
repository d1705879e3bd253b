#include "analysis/measurement_verdict.h"

namespace cmr {

void worsen(Measurement& m, Quality quality, const std::string& reason) {
  if (static_cast<int>(quality) > static_cast<int>(m.quality)) {
    m.quality = quality;
    m.reason = reason;
  } else if (quality == m.quality && m.reason.find(reason) == std::string::npos) {
    m.reason += (m.reason.empty() ? "" : " ") + reason;
  }
  if (quality == Quality::unmeasurable) {
    m.value.reset();
    m.reference.reset();
    m.noReference.clear();
  }
}

}  // namespace cmr
