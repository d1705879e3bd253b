// The few-label experiment as a picture: a panel for each structure, a line for each arm.
#pragma once

#include <string>
#include <vector>

#include "models/fewshot_summary.h"

namespace cmr {

// Dice over the numbers of patients (each as far from the next as any other); bars from the lowest
// to the highest draw. Rows without a figure leave a gap. Throws ResourceError when the picture
// cannot be written.
void drawFewshot(const std::vector<FewshotRow>& rows, const std::vector<std::string>& arms,
                 const std::vector<std::size_t>& sizes, const std::string& path);

}  // namespace cmr
