#include "plugin/cross_site.h"

#include <gtest/gtest.h>

namespace cmr {
namespace {

TEST(CrossSite, ProgramsAndOurPagesMayChangeStateForeignPagesMayNot) {
  EXPECT_TRUE(mayChangeState("POST", {}));
  EXPECT_TRUE(mayChangeState("POST", {{"user-agent", "curl/7.88"}, {"authorization", "Basic x"}}));
  for (const char* header : {"origin", "referer", "cookie", "sec-fetch-site", "sec-fetch-mode"}) {
    for (const char* method : {"POST", "PUT", "DELETE"}) {
      EXPECT_FALSE(mayChangeState(method, {{header, "x"}})) << method << " " << header;
      EXPECT_FALSE(mayChangeState(method, {{header, ""}})) << method << " " << header;
      EXPECT_TRUE(mayChangeState(method, {{header, "x"}, {"x-cmr-request", "page"}}));
      EXPECT_FALSE(mayChangeState(method, {{header, "x"}, {"x-cmr-request", ""}}));
    }
    EXPECT_TRUE(mayChangeState("GET", {{header, "x"}}));
  }
}

}  // namespace
}  // namespace cmr
