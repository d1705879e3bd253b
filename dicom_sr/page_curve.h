// Volumes over the cardiac cycle, with the key phases marked.
#pragma once

#include <string>

#include "dicom_sr/page_chart.h"

namespace cmr {

// A chart over the cycle without lines: over times where there are, else over numbers of phases.
Chart overTheCycle(const SaxAnalysis& analysis, const std::string& title);

// Returns the height that was used.
double drawCurve(PageCanvas& canvas, double left, double top, double width,
                 const SaxAnalysis& analysis);

}  // namespace cmr
