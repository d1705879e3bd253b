// The result of a long-axis cine, two- or four-chamber: one slice, outlined phase by phase by a
// head of its own.
#pragma once

#include <string>

#include "analysis/long_axis.h"
#include "analysis/sax_analysis.h"

namespace cmr {

// "two-chamber", "four-chamber" for "2ch", "4ch".
std::string longAxisName(const std::string& view);

// Each structure keeps its largest part in every image. Returns in how many something was removed.
int keepLargestParts(LabelStack& labels);

// After keepLargestParts. Labels of the result hold the ventricles;
// atria are measured, not shown. End diastole and end systole are the phases of the largest and the
// smallest outlined LV; the curve is the LV's volume by discs of this one plane, empty where the
// chamber or its valve is missing in a phase. All numbers are those of longAxisMeasurements from
// one plane, uncertain at best while the site alone releases the head. view: "2ch" or "4ch".
// Throws InputError for a stack of several slices or of a single phase, CancelledError as asked.
SaxAnalysis analyzeLongAxis(const ImageStack& stack, const std::string& view,
                            const PackageIdentity& release, FrameSegmenter& segmenter,
                            const ProgressCallback& progress);

}  // namespace cmr
