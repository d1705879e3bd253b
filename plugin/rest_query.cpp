#include "plugin/rest_query.h"

#include <algorithm>
#include <charconv>

#include "analysis/errors.h"
#include "config/known_keys.h"
#include "config/strict_json.h"

namespace cmr {
namespace {

constexpr std::size_t defaultLimit = 100;
constexpr std::size_t largestLimit = 1000;

}  // namespace

std::size_t numberIn(const RestRequest& request, const std::string& name, std::size_t otherwise,
                     std::size_t largest) {
  const auto found = request.query.find(name);
  if (found == request.query.end()) return otherwise;
  const std::string& text = found->second;
  std::size_t number = 0;
  const auto end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || rest != end || number > largest) {
    throw InputError("\"" + name + "\" has to be a whole number from 0 to " +
                     std::to_string(largest));
  }
  return number;
}

std::string textIn(const RestRequest& request, const char* name) {
  const auto found = request.query.find(name);
  return found == request.query.end() ? std::string() : found->second;
}

std::string wordIn(const RestRequest& request, const char* name,
                   const std::vector<std::string>& known, const std::string& what) {
  const std::string word = textIn(request, name);
  if (word.empty() || std::find(known.begin(), known.end(), word) != known.end()) return word;
  throw InputError("there is " + what + " " + inQuotes(word) + hintAt(word, known));
}

void refuseOtherParameters(const RestRequest& request, std::vector<std::string> known) {
  known.insert(known.end(), {"limit", "offset"});
  for (const auto& [name, value] : request.query) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    throw InputError("there is no parameter " + inQuotes(name) + hintAt(name, known));
  }
}

ListPart listPartIn(const RestRequest& request) {
  return {numberIn(request, "limit", defaultLimit, largestLimit),
          numberIn(request, "offset", 0, std::size_t{1} << 40)};
}

}  // namespace cmr
