// Figures of a classification head as text, as JSON and as a table of series. What was measured on
// real images and what on drawn ones stands apart everywhere.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "models/classification_scores.h"

namespace cmr {

// {"real": {"images": {...}, "series": {...}}, "phantom": {...}}; a kind without images is left
// out.
nlohmann::json classificationJson(const std::vector<ClassifiedImage>& images,
                                  const std::vector<std::string>& classes);

std::string classificationText(const std::vector<ClassifiedImage>& images,
                               const std::vector<std::string>& classes);

// Header and one line per real series: series, subject, images, truth, taken_for, probability,
// right.
std::string seriesTable(const std::vector<ClassifiedImage>& images,
                        const std::vector<std::string>& classes);

// "sax" or "3ch|4ch".
std::string namesOf(ClassSet set, const std::vector<std::string>& classes);

}  // namespace cmr
