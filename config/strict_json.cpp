#include "config/strict_json.h"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>

#include "analysis/errors.h"
#include "config/document_place.h"

namespace cmr {
namespace {

constexpr int deepest = 32;
constexpr std::size_t longestQuoted = 80;

using Json = nlohmann::json;

// Watches the parser: which objects and lists are open, and where in them it is.
class Watcher {
 public:
  explicit Watcher(std::string source) : source_(std::move(source)) {}

  bool operator()(int depth, Json::parse_event_t event, const Json& value) {
    using Event = Json::parse_event_t;
    if (depth > deepest) place().refuse("is nested too deeply: 32 levels at most");
    if (event == Event::object_start || event == Event::array_start) {
      open_.push_back({event == Event::array_start, 0, {}, {}});
    } else if (event == Event::key) {
      takeKey(value.get_ref<const std::string&>());
    } else {
      if (event != Event::value) open_.pop_back();
      if (!open_.empty()) ++open_.back().index;
    }
    return true;
  }

  // Of the value that is read, or comes next.
  DocumentPlace place() const { return placeIn(open_.size()); }

 private:
  struct Open {
    bool isList;
    std::size_t index;  // in a list: of the value that is read
    std::string key;    // in an object
    std::set<std::string> keys;
  };

  DocumentPlace placeIn(std::size_t levels) const {
    DocumentPlace place(source_);
    for (std::size_t i = 0; i < levels; ++i) {
      const Open& open = open_[i];
      if (open.isList) place = place.at(open.index);
      if (!open.isList && !open.keys.empty()) place = place.at(open.key);
    }
    return place;
  }

  void takeKey(const std::string& key) {
    Open& object = open_.back();
    object.key = key;
    if (object.keys.insert(key).second) return;
    const DocumentPlace around = placeIn(open_.size() - 1);
    throw DocumentError(around.words() + (around.pointer().empty() ? " " : ": ") + inQuotes(key) +
                            " is given twice in one object",
                        around.at(key).pointer());
  }

  std::string source_;
  std::vector<Open> open_;
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
  } catch (const Json::out_of_range&) {  // without its place, and with every digit
    watcher.place().refuse("is a number that is too large");
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
