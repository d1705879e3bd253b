// A clause on what the classifiers of the model package say of a series' pictures:
// {"classified": "sequence", "in": ["lge"], "minConfidence": 0.9}.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "config/document_place.h"
#include "config/rule_clause.h"

namespace cmr {

// Throws DocumentError.
std::unique_ptr<const RuleClause> readClassified(const nlohmann::json& clause,
                                                 const DocumentPlace& place);

// "sequence", "view"; and the classes of one of them. Empty for another task.
const std::vector<std::string>& classifiers();
const std::vector<std::string>& classesOf(const std::string& classifier);

}  // namespace cmr
