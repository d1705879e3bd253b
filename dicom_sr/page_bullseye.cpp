#include "dicom_sr/page_bullseye.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "analysis/errors.h"

namespace cmr {
namespace {

constexpr double largestRadius = 190;
constexpr double sideRoom = 68;  // for the names beside it
constexpr double labelAir = 6;   // beside a number within its segment
constexpr double scaleHeight = 14;
constexpr std::size_t segmentCount = 16;

// Nine samples of viridis, evenly spaced.
constexpr std::array<RgbColor, 9> viridis{{{68, 1, 84},
                                           {71, 44, 122},
                                           {59, 81, 139},
                                           {44, 113, 142},
                                           {33, 144, 141},
                                           {39, 173, 129},
                                           {92, 200, 99},
                                           {170, 220, 50},
                                           {253, 231, 37}}};

struct Sector {
  double inner = 0;  // shares of the radius
  double outer = 0;
  double fromDegrees = 0;  // counter-clockwise from the right, as seen
  double toDegrees = 0;
};

// Segment 1 is anterior, above; the next ones follow counter-clockwise, towards the septum.
Sector sectorOf(std::size_t index, bool hasCap) {
  constexpr double base = 0.71, mid = 0.43, cap = 0.17;
  if (index < 12) {
    const double from = 60 + 60 * static_cast<double>(index % 6);
    return index < 6 ? Sector{base, 1, from, from + 60} : Sector{mid, base, from, from + 60};
  }
  if (index < segmentCount) {
    const double from = 45 + 90 * static_cast<double>(index - 12);
    return {hasCap ? cap : 0.12, mid, from, from + 90};
  }
  return {0, cap, 0, 360};
}

double radians(double degrees) { return degrees * M_PI / 180; }

std::string valueText(double value, int decimals) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

// Of what a colour looks like in grey (ITU-R BT.601).
double lightness(RgbColor color) {
  return (0.299 * color.red + 0.587 * color.green + 0.114 * color.blue) / 255;
}

class Bullseye {
 public:
  Bullseye(PageCanvas& canvas, const SegmentValues& segments, double x, double y, double radius)
      : canvas_(canvas), segments_(segments), x_(x), y_(y), radius_(radius) {}

  void draw() {
    for (std::size_t i = 0; i < segments_.values.size(); ++i) {
      const Sector sector = sectorOf(i, segments_.values.size() > segmentCount);
      outline(sector);
      if (segments_.values[i]) {
        fill(sector, *segments_.values[i]);
      } else {
        hatch(sector);
      }
    }
  }

  double share(double value) const {
    return std::clamp((value - segments_.low) / (segments_.high - segments_.low), 0.0, 1.0);
  }

 private:
  void outline(const Sector& s) {
    cairo_t* const c = canvas_.context();
    cairo_new_path(c);
    // Cairo's angles grow clockwise, as y grows downwards.
    cairo_arc_negative(c, x_, y_, s.outer * radius_, -radians(s.fromDegrees),
                       -radians(s.toDegrees));
    if (s.inner > 0) {
      cairo_arc(c, x_, y_, s.inner * radius_, -radians(s.toDegrees), -radians(s.fromDegrees));
    }
    cairo_close_path(c);
  }

  void rim() {
    canvas_.setColor(page::ground);
    cairo_set_line_width(canvas_.context(), 2.5);
    cairo_stroke(canvas_.context());
  }

  void fill(const Sector& sector, double value) {
    const RgbColor color = scaleColor(share(value));
    canvas_.setColor(color);
    cairo_fill_preserve(canvas_.context());
    rim();
    const RgbColor ink = lightness(color) > 0.5 ? RgbColor{0, 0, 0} : RgbColor{255, 255, 255};
    label(sector, valueText(value, segments_.decimals), ink);
  }

  void hatch(const Sector& sector) {
    cairo_t* const c = canvas_.context();
    cairo_save(c);
    cairo_clip_preserve(c);
    cairo_new_path(c);
    canvas_.setColor(page::rule);
    cairo_set_line_width(c, 1.5);
    for (double at = -2 * radius_; at < 2 * radius_; at += 9) {
      cairo_move_to(c, x_ + at, y_ - radius_);
      cairo_line_to(c, x_ + at + 2 * radius_, y_ + radius_);
    }
    cairo_stroke(c);
    cairo_restore(c);
    outline(sector);
    canvas_.setColor(page::rule);
    cairo_set_line_width(c, 1.5);
    cairo_stroke(c);
  }

  void label(const Sector& s, const std::string& text, RgbColor ink) {
    const double middle = radians((s.fromDegrees + s.toDegrees) / 2);
    const double away = s.inner > 0 ? (s.inner + s.outer) / 2 * radius_ : 0;
    const double room = (s.inner > 0 ? s.outer - s.inner : 2 * s.outer) * radius_ - labelAir;
    const TextStyle style =
        canvas_.textWidth(text, TextStyle::strong) <= room ? TextStyle::strong : TextStyle::small;
    canvas_.text(x_ + away * std::cos(middle), y_ - away * std::sin(middle) + 7, text, style, ink,
                 Align::centre);
  }

  PageCanvas& canvas_;
  const SegmentValues& segments_;
  double x_;
  double y_;
  double radius_;
};

void drawNames(PageCanvas& canvas, double x, double y, double radius) {
  const auto name = [&](double atX, double baseline, const char* text, Align align) {
    canvas.text(atX, baseline, text, TextStyle::small, page::quiet, align);
  };
  name(x, y - radius - 10, "anterior", Align::centre);
  name(x, y + radius + 22, "inferior", Align::centre);
  name(x - radius - 10, y + 5, "septal", Align::right);
  name(x + radius + 10, y + 5, "lateral", Align::left);
}

void drawScale(PageCanvas& canvas, double x, double top, double width,
               const SegmentValues& segments) {
  constexpr int steps = 100;
  for (int i = 0; i < steps; ++i) {
    canvas.rectangle(x + width * i / steps, top, width / steps + 0.5, scaleHeight,
                     scaleColor((i + 0.5) / steps));
  }
  const auto end = [&](double at, double value, Align align) {
    canvas.text(at, top + scaleHeight + 20, valueText(value, segments.decimals), TextStyle::small,
                page::quiet, align);
  };
  end(x, segments.low, Align::left);
  end(x + width, segments.high, Align::right);
  canvas.text(x + width / 2, top + scaleHeight + 20, segments.unit, TextStyle::small, page::quiet,
              Align::centre);
}

}  // namespace

RgbColor scaleColor(double share) {
  const double at = std::clamp(share, 0.0, 1.0) * (viridis.size() - 1);
  const auto below = std::min(static_cast<std::size_t>(at), viridis.size() - 2);
  const double part = at - static_cast<double>(below);
  const auto mix = [&](std::uint8_t a, std::uint8_t b) {
    return static_cast<std::uint8_t>(std::lround(a + (b - a) * part));
  };
  const RgbColor from = viridis.at(below), to = viridis.at(below + 1);
  return {mix(from.red, to.red), mix(from.green, to.green), mix(from.blue, to.blue)};
}

double drawBullseye(PageCanvas& canvas, double left, double top, double width,
                    const SegmentValues& segments) {
  const std::size_t count = segments.values.size();
  if (count != segmentCount && count != segmentCount + 1) {
    throw InputError("a bullseye has 16 or 17 segments");
  }
  if (!(segments.high > segments.low)) throw InputError("a bullseye needs a scale");
  const double radius = std::min(width / 2 - sideRoom, largestRadius);
  const double x = left + width / 2;
  const double y = top + 62 + radius;
  canvas.text(x, top + 22, segments.title + ", " + segments.unit, TextStyle::section, page::ink,
              Align::centre);
  Bullseye(canvas, segments, x, y, radius).draw();
  drawNames(canvas, x, y, radius);
  double bottom = y + radius + 40;
  drawScale(canvas, x - radius, bottom, 2 * radius, segments);
  bottom += scaleHeight + 44;
  return bottom - top +
         canvas.paragraph(left, bottom, segments.note, TextStyle::small, page::quiet, width, 4);
}

}  // namespace cmr
