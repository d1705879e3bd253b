// What all result pages begin and end with.
#pragma once

#include <string>

#include "dicom_sr/page_canvas.h"

namespace cmr {

// Title, notice, program and package. Returns where the next part begins.
double drawPageHeading(PageCanvas& canvas, const std::string& title, const SaxAnalysis& analysis);

// What the page was computed from and by. Returns the height that was used.
double drawPageProvenance(PageCanvas& canvas, double top, const SeriesStack& source,
                          const SaxAnalysis& analysis, const OutputContext& context);

// All of the second page (wall_page.h). Returns the height that was used.
double layOutWallPage(PageCanvas& canvas, const SeriesStack& source, const SaxAnalysis& analysis,
                      const OutputContext& context);

}  // namespace cmr
