// JSON as people write it for us: comments allowed, everything doubtful refused.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace cmr {

// Throws InputError, beginning with `source`, for a syntax error (with line and column), and
// DocumentError for a key given twice in one object (JSON parsers silently keep one of them), for
// nesting deeper than 32 and for numbers that are too large.
nlohmann::json parseStrictJson(std::string_view text, const std::string& source);

// In quotes, control characters escaped, invalid UTF-8 replaced, long text cut: fit for a message.
std::string inQuotes(std::string_view text);

// The entry of `known` that `given` was probably meant to be; empty when none is near.
std::string nearestOf(std::string_view given, const std::vector<std::string>& known);

}  // namespace cmr
