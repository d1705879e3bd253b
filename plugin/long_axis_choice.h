// Which of the stacks is a two- or four-chamber cine that a head beside that of the short axis can
// outline.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dicom_sr/source.h"
#include "plugin/tag_reading.h"

namespace cmr {

struct LongAxisChoice {
  std::size_t stack = 0;
  std::string view;  // "2ch", "4ch"
};

// By what each stack is taken for (takenFor of first_look_check.h): a cine of one slice in that
// view. Only where the tasks ask for seg_cine_lax, or ask for nothing in particular. A four-chamber
// view comes before a two-chamber one, as it shows more chambers; at equal views the one with the
// most phases, then the first.
std::optional<LongAxisChoice> chooseLongAxis(const std::vector<SeriesStack>& stacks,
                                             const std::vector<TagReading>& taken,
                                             const std::vector<std::string>& tasks);

}  // namespace cmr
