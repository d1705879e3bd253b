// The colours of a page. What is text or line has a tone and looks different on a screen, where
// images are black at their edges and most viewers around them, than on paper; what stands for a
// structure has the same colour everywhere.
#pragma once

#include "dicom_sr/structure_colors.h"

namespace cmr {

enum class Tone { ground, ink, quiet, rule };

struct Palette {
  RgbColor ground;
  RgbColor ink;
  RgbColor quiet;
  RgbColor rule;
};

inline constexpr Palette screenPalette{
    {16, 19, 23}, {232, 234, 237}, {158, 167, 177}, {52, 59, 67}};
// Quiet is dark enough for small print (7:1 on white), rules for a laser printer.
inline constexpr Palette paperPalette{
    {255, 255, 255}, {17, 20, 24}, {84, 92, 101}, {190, 196, 203}};

// A tone of the palette or a colour that stays.
class Paint {
 public:
  constexpr Paint(Tone tone) : tone_(tone) {}  // NOLINT(google-explicit-constructor)
  constexpr Paint(RgbColor color) : color_(color), isTone_(false) {}  // NOLINT
  constexpr bool isTone() const { return isTone_; }
  constexpr RgbColor on(const Palette& palette) const {
    if (!isTone_) return color_;
    switch (tone_) {
      case Tone::ground:
        return palette.ground;
      case Tone::quiet:
        return palette.quiet;
      case Tone::rule:
        return palette.rule;
      case Tone::ink:
        break;
    }
    return palette.ink;
  }

 private:
  Tone tone_ = Tone::ink;
  RgbColor color_{};
  bool isTone_ = true;
};

}  // namespace cmr
