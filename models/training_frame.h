// One frame to learn from, whatever its source. Partial labels are first-class: each pixel says
// which structures it may be, and a frame supervises only what its labels know.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/label_stack.h"

namespace cmr {

// Bit of a structure in TrainingFrame::allowed and ::known.
constexpr std::uint8_t bitOf(Structure s) {
  return static_cast<std::uint8_t>(1U << static_cast<unsigned>(s));
}
inline constexpr std::uint8_t anyStructure = 0x0F;

enum class CardiacPhase { unknown, endDiastole, endSystole };

struct TrainingFrame {
  std::string name;     // for messages: "SC-HF-I-01-IM-0001-0048"
  std::string patient;  // splits are made by patient: "SC-HF-I-01", "pig", "phantom-000123"
  std::string source;   // "sunnybrook", "pig", "phantom", "scout"
  CardiacPhase phase = CardiacPhase::unknown;
  int rows = 0;
  int columns = 0;
  double spacingMm = 0;  // isotropic in plane
  std::vector<float> pixels;
  // Per pixel: the structures that it may be. A pixel inside an endocardial contour allows only
  // lvCavity; outside, with no epicardium drawn, it allows everything but lvCavity.
  std::vector<std::uint8_t> allowed;
  // Structures whose extent the labels know everywhere in the frame (an absent one included).
  std::uint8_t known = 0;
};

inline bool knowsRightVentricle(const TrainingFrame& frame) {
  return (frame.known & bitOf(Structure::rvCavity)) != 0;
}

}  // namespace cmr
