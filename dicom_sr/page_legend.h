// What a line on the page stands for.
#pragma once

#include <string>

#include "dicom_sr/page_canvas.h"

namespace cmr {

// A piece of the line and its name, ending at x, which moves to where the next entry ends: entries
// are drawn from the right. The piece of a structure lies on black, as its line does on the images,
// so that yellow can be seen on paper; a tone differs from the page's ground by itself.
void drawLegendEntry(PageCanvas& canvas, double& x, double baseline, const std::string& text,
                     Paint paint, bool dashed);

}  // namespace cmr
