#include "plugin/cross_site.h"

#include <gtest/gtest.h>

namespace cmr {
namespace {

TEST(CrossSite, ProgramsAndOurPagesMayChangeStateForeignPagesMayNot) {
  EXPECT_TRUE(mayChangeState("POST", {}));
  EXPECT_TRUE(mayChangeState("POST", {{"user-agent", "curl/7.88"}, {"authorization", "Basic x"}}));
  for (const char* header :
       {"origin", "referer", "cookie", "sec-fetch-site", "sec-fetch-mode", "accept-language"}) {
    for (const char* method : {"POST", "PUT", "DELETE"}) {
      EXPECT_FALSE(mayChangeState(method, {{header, "x"}})) << method << " " << header;
      EXPECT_FALSE(mayChangeState(method, {{header, ""}})) << method << " " << header;
      EXPECT_TRUE(mayChangeState(method, {{header, "x"}, {"x-cmr-request", "page"}}));
      EXPECT_FALSE(mayChangeState(method, {{header, "x"}, {"x-cmr-request", ""}}));
    }
    EXPECT_TRUE(mayChangeState("GET", {{header, "x"}}));
  }
}

// Orthanc takes GET /cmr/worklist/{id}?_method=DELETE for a DELETE.
TEST(CrossSite, APictureInAForeignPageDeletesNothing) {
  EXPECT_FALSE(mayChangeState("DELETE", {{"host", "archive:8042"},
                                         {"user-agent", "Mozilla/5.0 (X11; Linux x86_64)"},
                                         {"accept", "image/avif,image/webp,*/*;q=0.8"},
                                         {"accept-language", "en-US,en;q=0.9"},
                                         {"accept-encoding", "gzip, deflate"}}));
}

}  // namespace
}  // namespace cmr
