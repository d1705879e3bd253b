// Drawn hearts as patients to learn from and to be judged by: each is a whole examination, of which
// the short-axis series of one task is taken, slice by slice, with all its labels.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/frame_sampling.h"
#include "models/training_frame.h"

namespace cmr {

// Tasks whose hearts can be drawn: seg_cine_sax (end diastole and end systole), seg_lge_sax
// (magnitude or PSIR, as the vendor stores it), seg_map_sax (T1 before contrast agent, and T2).
const std::vector<std::string>& tasksOfDrawnPatients();

// Hearts `first`, `first` + 1, ...; diseases and vendors in turn; patients "phantom-<number>". Of
// every series the slices that hold the left ventricle, `slices` of them at most, evenly from base
// to apex. T2 maps come in units of 0.075 ms, so that one window serves both kinds.
// A function of its arguments. Throws InputError for another task.
std::vector<TrainingFrame> drawPatients(const std::string& task, int hearts, std::uint64_t first,
                                        int slices = 6);

// What becomes 0 and 1 in frames of the task: fixed for maps, percentiles for the others.
IntensityWindow windowOfDrawnPatients(const std::string& task);

}  // namespace cmr
