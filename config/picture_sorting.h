// Rules that ask what the pictures show cannot be decided before a worker has them. What is still
// open then - the rules that come into question and what is known of the series - travels with the
// job as one JSON document, so that the worker decides by the rules that held when the series
// arrived.
#pragma once

#include <string>
#include <vector>

#include "config/rule_file.h"
#include "config/rules.h"

namespace cmr {

// Only those tags that these rules read are kept.
std::string sortingDocument(const std::vector<const Rule*>& candidates, const SeriesFacts& facts);

// Decides a document with what the classifiers said. Throws InputError when the document is none.
RoutingDecision decideSorting(const std::string& document,
                              const std::map<std::string, ClassifierAnswer>& classified);

}  // namespace cmr
