// Which of the stacks is a still short axis that a head beside that of cine can outline: late
// enhancement (magnitude or phase-sensitive), a T1 or a T2 map.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dicom_sr/source.h"
#include "plugin/tag_reading.h"

namespace cmr {

struct StillChoice {
  std::size_t stack = 0;
  std::string task;      // "seg_lge_sax", "seg_map_sax"
  std::string sequence;  // "lge", "t1_map", "t2_map"
};

// By what each stack is taken for (takenFor of first_look_check.h): its sequence, one image at each
// place, no other view than the short axis, and no other task than those asked for (none: any). The
// one with the most slices; at equal numbers the first.
std::optional<StillChoice> chooseStill(const std::vector<SeriesStack>& stacks,
                                       const std::vector<TagReading>& taken,
                                       const std::vector<std::string>& tasks);

// "a T1 map", "late gadolinium enhancement"
std::string nameOfSequence(const std::string& sequence);

}  // namespace cmr
