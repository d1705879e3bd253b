// From the cells of a few-label experiment to the rows of its table.
#pragma once

#include <string>
#include <vector>

#include "models/fewshot_cells.h"
#include "models/paired_bootstrap.h"

namespace cmr {

// Of one figure, over draws: each draw's figure is the mean over the test patients, who weigh
// alike.
struct DrawsRange {
  int draws = 0;    // that have the figure
  double mean = 0;  // NaN without draws, as are the others
  double low = 0;   // the smallest and the largest draw: of three to five, more cannot be said
  double high = 0;
};

struct FewshotRow {
  std::string arm;
  std::size_t size = 0;
  int draws = 0;  // finished
  DrawsRange lvDice;
  DrawsRange myocardiumDice;
  DrawsRange ejectionErrorPoints;  // absolute
  int withoutEjection = 0;         // patients, summed over draws, in whom nothing was found
  // Of this arm minus the first, by test patient over the draws that both have finished.
  PairedDifference lvDiceToFirst;
  PairedDifference myocardiumDiceToFirst;
};

// By size, then in the order of the arms; rows without a finished draw are left out. The first arm
// has no difference (no patients) to itself.
std::vector<FewshotRow> fewshotRows(const std::vector<std::string>& arms,
                                    const std::vector<std::size_t>& sizes,
                                    const std::vector<FewshotResult>& results);

}  // namespace cmr
