#include "plugin/cross_site.h"

#include <algorithm>
#include <array>

namespace cmr {
namespace {

// Browsers send at least one of these with every request that a page makes and that is no GET. What
// Orthanc hands on as DELETE may have been a GET, though: it takes ?_method=DELETE for one
// (HttpServer::ExtractMethod). A picture in a foreign page asks so without an origin, without a
// referrer if the page wants that and, over plain HTTP, without Sec-Fetch: its language remains.
constexpr std::array browserHeaders{"origin",         "referer",        "cookie",
                                    "sec-fetch-site", "sec-fetch-mode", "accept-language"};

}  // namespace

bool mayChangeState(const std::string& method, const std::map<std::string, std::string>& headers) {
  if (method == "GET") return true;
  const auto own = headers.find("x-cmr-request");
  if (own != headers.end() && !own->second.empty()) return true;
  return std::none_of(browserHeaders.begin(), browserHeaders.end(),
                      [&](const char* name) { return headers.count(name) != 0; });
}

}  // namespace cmr
