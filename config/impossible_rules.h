// Clauses that exclude each other: a rule that no series can ever match is hardly meant.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "config/document_place.h"

namespace cmr {

struct Impossible {
  DocumentPlace place;   // of the list of clauses, or of the alternative within it
  std::string sentence;  // "can never hold: no series meets Modality equals ..."
};

// What may be tried for one document, about as many comparisons: whoever may check rules must not
// keep a thread busy. Once it is spent everything is taken for possible.
struct Effort {
  std::size_t left = 1000000;
  bool spend(std::size_t comparisons) {
    left -= comparisons < left ? comparisons : left;
    return left > 0;
  }
};

// `clauses` is a "when" that readClauses() takes, `place` its place. What every series that has
// one value fails is found; what only follows from patterns that differ, or from alternatives of
// several groups together, is not. Empty: it may match.
std::vector<Impossible> impossibleIn(const nlohmann::json& clauses, const DocumentPlace& place,
                                     Effort& effort);

// Why the clauses leave nothing that this program analyses (analysable.h); empty: they may.
std::string unanalysableIn(const nlohmann::json& clauses, Effort& effort);

// Whether every series that `later` matches is matched by `earlier` too, as each clause of
// `earlier` is one of `later`.
bool covers(const nlohmann::json& earlier, const nlohmann::json& later, Effort& effort);

}  // namespace cmr
