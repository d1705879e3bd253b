// Wall thickness of a short-axis cine by AHA segment, counted from where the outlined ventricles
// meet.
#pragma once

#include <string>
#include <vector>

#include "analysis/measured_series.h"
#include "analysis/measurement.h"
#include "analysis/wall_measurements.h"

namespace cmr {

// Fills segments and noSegments of a wall. The right ventricle's outlines say where segments begin
// (septum_from_labels.h), so that there are none where the package keeps those back: the labels are
// not looked at then.
void examineSegments(const ImageStack& stack, const LabelStack& labels, KeyPhases phases,
                     const PackageIdentity& package, VentricleWall& wall);

// lv.wall.segment.<1..17>.ed and .es (thickness, mm) and .thickening (%); nothing at all where
// wall.noSegments says why. What no slice shows, as the apex, is not measured, with that reason.
// Thickness at ES and thickening are uncertain at best, as in wallMeasurements.
std::vector<Measurement> segmentMeasurements(const MeasuredSeries& series,
                                             const VentricleWall& wall);

// Whether a measurement is one of these: it rests on outlines of both ventricles.
bool isWallSegment(const Measurement& measurement);

}  // namespace cmr
