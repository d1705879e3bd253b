#include "config/strict_json.h"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>

#include "analysis/errors.h"

namespace cmr {
namespace {

constexpr int deepest = 32;
constexpr std::size_t longestQuoted = 80;

using Json = nlohmann::json;

// Watches the parser: keys of each open object, and how many objects and lists are open.
class Watcher {
 public:
  explicit Watcher(std::string source) : source_(std::move(source)) {}

  bool operator()(int depth, Json::parse_event_t event, const Json& value) {
    if (depth > deepest) throw InputError(source_ + ": nested too deeply");
    if (event == Json::parse_event_t::object_start) keys_.emplace_back();
    if (event == Json::parse_event_t::object_end) keys_.pop_back();
    if (event == Json::parse_event_t::key) {
      const auto& key = value.get_ref<const std::string&>();
      if (!keys_.back().insert(key).second) {
        throw InputError(source_ + ": " + inQuotes(key) + " is given twice in one object");
      }
    }
    return true;
  }

 private:
  std::string source_;
  std::vector<std::set<std::string>> keys_;
};

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

// Levenshtein's distance: insertions, deletions and replacements that make b of a.
std::size_t editDistance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, replaced});
    }
  }
  return row.back();
}

}  // namespace

Json parseStrictJson(std::string_view text, const std::string& source) {
  Watcher watcher(source);
  try {
    return Json::parse(text, std::ref(watcher), true, true);
  } catch (const Json::exception& error) {
    // "[json.exception.parse_error.101] parse error at line 3, column 7: ..."
    const std::string said = error.what();
    const auto start = said.find("] ");
    throw InputError(source + ": " + (start == std::string::npos ? said : said.substr(start + 2)));
  }
}

std::string inQuotes(std::string_view text) {
  const bool cut = text.size() > longestQuoted;
  std::string shown = Json(std::string(text.substr(0, longestQuoted)))
                          .dump(-1, ' ', false, Json::error_handler_t::replace);
  return cut ? shown + "..." : shown;
}

std::string nearestOf(std::string_view given, const std::vector<std::string>& known) {
  constexpr std::size_t longestKey = 100;
  if (given.size() > longestKey) return {};
  std::string nearest;
  std::size_t least = std::max<std::size_t>(1, given.size() / 3) + 1;
  for (const std::string& key : known) {
    const std::size_t distance = editDistance(lower(given), lower(key));
    if (distance >= least) continue;
    least = distance;
    nearest = key;
  }
  return nearest;
}

}  // namespace cmr
