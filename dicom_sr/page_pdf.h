// Pages as sheets of A4: text stays text, fonts are embedded, and the same pages give the same
// bytes.
#pragma once

#include <string>
#include <vector>

#include "dicom_sr/page_canvas.h"

namespace cmr {

struct SheetFacts {
  std::string title;
  std::string dateTime;  // YYYYMMDDHHMMSS: of creation, never the clock's
};

// Each page fills the width of its sheet; one that is longer is set in a wider page, and so
// smaller, until it fits. Throws Error when Cairo fails, or when a page 4000 pixels wide would not
// do.
std::string sheetsOf(const SheetFacts& facts, const std::vector<DrawPage>& pages);

}  // namespace cmr
