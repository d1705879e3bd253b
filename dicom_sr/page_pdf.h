// A page as one sheet of A4: text stays text, fonts are embedded, and the same page gives the same
// bytes.
#pragma once

#include <functional>
#include <string>

#include "dicom_sr/page_canvas.h"

namespace cmr {

// Draws on the canvas from its top and returns the height that it used. Called more than once.
using DrawPage = std::function<double(PageCanvas&)>;

struct SheetFacts {
  std::string title;
  std::string dateTime;  // YYYYMMDDHHMMSS: of creation, never the clock's
};

// The page fills the width of the sheet; one that is longer is set in a wider page, and so smaller,
// until it fits. Throws Error when Cairo fails, or when a page 4000 pixels wide would not do.
std::string sheetOf(const SheetFacts& facts, const DrawPage& draw);

}  // namespace cmr
