#include "plugin/cross_site.h"

#include <algorithm>
#include <array>

namespace cmr {
namespace {

// Browsers send at least one of these with every request that a page makes and that is no GET.
constexpr std::array browserHeaders{"origin", "referer", "cookie", "sec-fetch-site",
                                    "sec-fetch-mode"};

}  // namespace

bool mayChangeState(const std::string& method, const std::map<std::string, std::string>& headers) {
  if (method == "GET") return true;
  const auto own = headers.find("x-cmr-request");
  if (own != headers.end() && !own->second.empty()) return true;
  return std::none_of(browserHeaders.begin(), browserHeaders.end(),
                      [&](const char* name) { return headers.count(name) != 0; });
}

}  // namespace cmr
