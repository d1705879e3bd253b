// What a report on a study says in words.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace cmr {

// document: see study_document.h. One sentence or two each, in the order of reading: what it is,
// whether the series agree, a disease suggestion, each result with its doubts and what was not
// measured, series that were not analysed and why.
std::vector<std::string> studyComments(const nlohmann::json& document);

}  // namespace cmr
