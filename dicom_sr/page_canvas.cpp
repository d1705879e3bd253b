#include "dicom_sr/page_canvas.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <sstream>

#include "analysis/errors.h"

namespace cmr {
namespace {

constexpr const char* fontFamily = "DejaVu Sans";
constexpr const char* minus = "\xE2\x88\x92";
constexpr const char* ellipsis = "\xE2\x80\xA6";

struct Face {
  double size;
  double leading;
  bool bold;
};

Face faceOf(TextStyle style) {
  switch (style) {
    case TextStyle::title:
      return {34, 44, true};
    case TextStyle::section:
      return {21, 30, true};
    case TextStyle::body:
      return {19, 27, false};
    case TextStyle::strong:
      return {19, 27, true};
    case TextStyle::small:
      break;
  }
  return {16, 22, false};
}

// Length of the valid UTF-8 sequence (RFC 3629) that begins here; 0 when there is none.
std::size_t sequenceLength(const std::string& text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(at);
  if (lead < 0x80) return lead < 0x20 || lead == 0x7F ? 0 : 1;
  const std::size_t length = lead >= 0xC2 && lead < 0xE0   ? 2
                             : lead >= 0xE1 && lead < 0xED ? 3
                                                           : 0;  // rarer planes are not needed
  if (length == 0 || at + length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0) != 0x80) return 0;
  }
  return length;
}

// A hyphen that stands before a number and after none: "-19.5", not "2026-11" or "late-5".
bool isMinus(const std::string& text, std::size_t at) {
  const auto isDigit = [&](std::size_t i) {
    return i < text.size() && text[i] >= '0' && text[i] <= '9';
  };
  return text[at] == '-' && isDigit(at + 1) &&
         (at == 0 || text[at - 1] == ' ' || text[at - 1] == '(');
}

// Cairo stops drawing altogether after a string that is not valid UTF-8. Numbers get the minus of
// the typeface, which is as wide as its plus.
std::string printable(const std::string& text) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = sequenceLength(text, at);
    result += length == 0 ? "?" : isMinus(text, at) ? minus : text.substr(at, length);
    at += length == 0 ? 1 : length;
  }
  return result;
}

// Relative luminance of sRGB (WCAG 2.2).
double luminance(RgbColor color) {
  const auto linear = [](std::uint8_t value) {
    const double share = value / 255.0;
    return share <= 0.04045 ? share / 12.92 : std::pow((share + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * linear(color.red) + 0.7152 * linear(color.green) + 0.0722 * linear(color.blue);
}

void dropLastCharacter(std::string& text) {
  while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xC0) == 0x80) {
    text.pop_back();
  }
  if (!text.empty()) text.pop_back();
}

}  // namespace

PageCanvas::PageCanvas(cairo_surface_t* surface, double width, const Palette& palette)
    : surface_(surface), context_(cairo_create(surface)), width_(width), palette_(palette) {
  // Glyphs as their outlines are: no hinting, no subpixel colours, nothing that a desktop sets.
  cairo_font_options_t* options = cairo_font_options_create();
  cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  cairo_set_font_options(context(), options);
  cairo_font_options_destroy(options);
}

PageCanvas::PageCanvas(int width, int height, const Palette& palette)
    : PageCanvas(cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height), width, palette) {
  rectangle(0, 0, width, height, page::ground);
}

double PageCanvas::lineHeight(TextStyle style) { return faceOf(style).leading; }

void PageCanvas::choose(TextStyle style) {
  const Face face = faceOf(style);
  cairo_select_font_face(context(), fontFamily, CAIRO_FONT_SLANT_NORMAL,
                         face.bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size(context(), face.size);
}

double PageCanvas::textWidth(const std::string& text, TextStyle style) {
  choose(style);
  cairo_text_extents_t extents;
  cairo_text_extents(context(), printable(text).c_str(), &extents);
  return extents.x_advance;
}

void PageCanvas::text(double x, double baseline, const std::string& text, TextStyle style,
                      Paint color, Align align) {
  double left = x;
  if (align != Align::left) {
    left -= textWidth(text, style) * (align == Align::right ? 1 : 0.5);
  }
  choose(style);
  setColor(color);
  cairo_move_to(context(), left, baseline);
  cairo_show_text(context(), printable(text).c_str());
  cairo_new_path(context());
}

std::vector<std::string> PageCanvas::wrap(const std::string& text, TextStyle style, double width,
                                          std::size_t maxLines) {
  std::vector<std::string> lines;
  std::string current;
  std::istringstream words(printable(text));
  for (std::string word; words >> word;) {
    const std::string longer = current.empty() ? word : current + ' ' + word;
    if (textWidth(longer, style) <= width) {
      current = longer;
      continue;
    }
    if (!current.empty()) lines.push_back(current);
    current.clear();
    while (textWidth(word, style) > width && word.size() > 1) {
      std::string head = word;
      while (head.size() > 1 && textWidth(head, style) > width) dropLastCharacter(head);
      if (head.empty()) break;  // not even one character has room
      lines.push_back(head);
      word.erase(0, head.size());
    }
    current = word;
  }
  if (!current.empty()) lines.push_back(current);
  if (lines.size() > maxLines && maxLines > 0) {
    lines.resize(maxLines);
    std::string& last = lines.back();
    while (!last.empty() && textWidth(last + ellipsis, style) > width) dropLastCharacter(last);
    last += ellipsis;
  }
  return lines;
}

double PageCanvas::paragraph(double x, double baseline, const std::string& text, TextStyle style,
                             Paint color, double width, std::size_t maxLines) {
  double y = baseline;
  for (const std::string& part : wrap(text, style, width, maxLines)) {
    this->text(x, y, part, style, color);
    y += lineHeight(style);
  }
  return y - baseline;
}

void PageCanvas::setColor(Paint paint, double alpha) {
  const RgbColor color = paint.on(palette_);
  cairo_set_source_rgba(context(), color.red / 255.0, color.green / 255.0, color.blue / 255.0,
                        alpha);
}

bool PageCanvas::isFaint(Paint color) const {
  const double one = luminance(color.on(palette_));
  const double other = luminance(palette_.ground);
  return (std::max(one, other) + 0.05) / (std::min(one, other) + 0.05) < 3;
}

void PageCanvas::line(double x1, double y1, double x2, double y2, Paint color, double strokeWidth) {
  setColor(color);
  cairo_set_line_width(context(), strokeWidth);
  cairo_move_to(context(), x1, y1);
  cairo_line_to(context(), x2, y2);
  cairo_stroke(context());
}

void PageCanvas::rectangle(double x, double y, double w, double h, Paint color) {
  setColor(color);
  cairo_rectangle(context(), x, y, w, h);
  cairo_fill(context());
}

void PageCanvas::requireDrawn() const {
  for (const cairo_status_t status :
       {cairo_status(context_.get()), cairo_surface_status(surface_.get())}) {
    if (status == CAIRO_STATUS_SUCCESS) continue;
    throw Error(std::string("the result page cannot be drawn: ") + cairo_status_to_string(status));
  }
}

RgbImage PageCanvas::image(int height) const {
  requireDrawn();
  cairo_surface_flush(surface_.get());
  const unsigned char* data = cairo_image_surface_get_data(surface_.get());
  const int stride = cairo_image_surface_get_stride(surface_.get());
  const int width = cairo_image_surface_get_width(surface_.get());
  RgbImage image{width, height, {}};
  image.pixels.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
  std::uint8_t* to = image.pixels.data();
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      std::uint32_t pixel = 0;  // 0x00RRGGBB in the machine's byte order (CAIRO_FORMAT_RGB24)
      std::memcpy(&pixel, data + static_cast<std::ptrdiff_t>(y) * stride + std::ptrdiff_t{4} * x,
                  sizeof pixel);
      for (const int shift : {16, 8, 0}) *to++ = static_cast<std::uint8_t>((pixel >> shift) & 0xFF);
    }
  }
  return image;
}

double heightOfPage(double width, const Palette& palette, const DrawPage& draw) {
  PageCanvas canvas(cairo_image_surface_create(CAIRO_FORMAT_RGB24, 1, 1), width, palette);
  const double height = draw(canvas);
  canvas.requireDrawn();
  return height;
}

RgbImage pictureOfPage(int minHeight, int maxHeight, const DrawPage& draw) {
  const double needed = heightOfPage(page::width, screenPalette, draw);
  const int height = std::clamp(static_cast<int>(std::ceil(needed)), minHeight, maxHeight);
  PageCanvas canvas(page::width, height);
  draw(canvas);
  return canvas.image(height);
}

}  // namespace cmr
