#include "models/partial_labels.h"

namespace cmr {

void labelByMasks(TrainingFrame& frame, const std::vector<std::uint8_t>& endo,
                  const std::vector<std::uint8_t>* epi, const std::vector<std::uint8_t>* rv) {
  const std::uint8_t right = bitOf(Structure::rvCavity);
  frame.known = bitOf(Structure::lvCavity);
  if (epi != nullptr) frame.known |= bitOf(Structure::lvMyocardium);
  if (rv != nullptr) frame.known |= right;
  frame.allowed.resize(endo.size());
  for (std::size_t i = 0; i < endo.size(); ++i) {
    if (endo[i] != 0) {
      frame.allowed[i] = bitOf(Structure::lvCavity);
    } else if (epi == nullptr) {
      frame.allowed[i] = anyStructure & static_cast<std::uint8_t>(~bitOf(Structure::lvCavity));
    } else if (epi->at(i) != 0) {
      frame.allowed[i] = bitOf(Structure::lvMyocardium);
    } else {
      frame.allowed[i] = bitOf(Structure::background) | right;
    }
    if (rv == nullptr || (frame.allowed[i] & right) == 0) continue;
    frame.allowed[i] =
        rv->at(i) != 0 ? right : static_cast<std::uint8_t>(frame.allowed[i] & ~unsigned{right});
  }
}

}  // namespace cmr
