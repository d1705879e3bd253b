#include "plugin/app_pages.h"

#include <algorithm>

#include "plugin/app_files.h"

namespace cmr {
namespace {

constexpr std::string_view root = "/cmr/app";

// Scripts, styles and requests from this archive alone; nobody may frame the pages but the archive.
constexpr const char* policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'self'";

// Orthanc does not tell "/cmr/app" from "/cmr/app/": the browser, which knows, goes on from here.
constexpr const char* doorstep = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Heart analysis</title>
<script>location.replace(location.pathname.replace(/\/*$/, '') + '/index.html' + location.hash);</script>
</head><body><p><a href="/cmr/app/index.html">Heart analysis</a></p></body></html>
)";

RestResponse fileResponse(std::string_view text, std::string_view type, const char* rules) {
  RestResponse response{200, std::string(text), {}, std::string(type)};
  response.headers = {{"Content-Security-Policy", rules},
                      {"X-Content-Type-Options", "nosniff"},
                      {"Referrer-Policy", "no-referrer"},
                      {"Cache-Control", "no-cache"}};
  return response;
}

}  // namespace

bool isAppPath(const std::string& path) {
  return path == root || path.rfind(std::string(root) + "/", 0) == 0;
}

RestResponse appPage(const RestRequest& request) {
  if (request.method != "GET") return {405, {}, "GET"};
  std::string name = request.path.substr(root.size());
  name.erase(0, name.find_first_not_of('/'));
  if (request.path.size() <= root.size() + 1) {
    return fileResponse(doorstep, "text/html; charset=utf-8",
                        "default-src 'none'; script-src 'unsafe-inline'; base-uri 'none'; "
                        "frame-ancestors 'self'");
  }
  const auto file = std::find_if(appFiles.begin(), appFiles.end(),
                                 [&](const AppFile& one) { return one.name == name; });
  if (file == appFiles.end()) return {404, "{\"error\": \"there is no such page\"}\n", {}};
  return fileResponse(file->text, file->contentType, policy);
}

// Orthanc Explorer 1 is made of jQuery Mobile pages; $.mobile.pageData names what a page shows.
std::string explorerExtension() {
  return R"(
['study', 'series'].forEach(function (level) {
  $('#' + level).live('pagebeforecreate', function () {
    var button = $('<a>').attr('data-role', 'button').attr('href', '#').attr('data-icon', 'search')
      .attr('data-theme', 'e').attr('id', 'cmr-' + level).text('Heart analysis (CMR)');
    button.insertBefore($('#' + level + '-delete').parent().parent());
    button.click(function (event) {
      event.preventDefault();
      if ($.mobile.pageData && $.mobile.pageData.uuid) {
        window.open('../cmr/app/study.html#' + encodeURIComponent($.mobile.pageData.uuid));
      }
    });
  });
});
)";
}

}  // namespace cmr
