#include "plugin/app_pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>

namespace cmr {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

RestResponse page(const std::string& path) { return answerRest({"GET", path, {}}, RestContext{}); }

std::string textOf(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(AppPages, EveryFileIsServedByteForByteWithoutAService) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(CMR_APP)) {
    const std::string name = entry.path().filename();
    const RestResponse response = page("/cmr/app/" + name);
    EXPECT_EQ(response.status, 200) << name;
    EXPECT_TRUE(response.body == textOf(entry.path())) << name;
    ++files;
  }
  EXPECT_GE(files, 12);
  EXPECT_EQ(page("/cmr/app/app.css").contentType, "text/css; charset=utf-8");
  EXPECT_EQ(page("/cmr/app/queue.js").contentType, "text/javascript; charset=utf-8");
  EXPECT_EQ(page("/cmr/app/rules.html").contentType, "text/html; charset=utf-8");
}

TEST(AppPages, TheFolderItselfLeadsToTheQueue) {
  for (const char* path : {"/cmr/app", "/cmr/app/"}) {
    EXPECT_THAT(page(path).body, HasSubstr("index.html")) << path;
  }
}

TEST(AppPages, WhatIsNotThereIsNotFoundAndOnlyGetIsAllowed) {
  for (const char* path :
       {"/cmr/app/nothing.html", "/cmr/app/../rules", "/cmr/app//etc/passwd", "/cmr/apps"}) {
    EXPECT_EQ(page(path).status, 404) << path;
  }
  EXPECT_EQ(answerRest({"POST", "/cmr/app/index.html", {}}, RestContext{}).status, 405);
}

TEST(AppPages, NothingForeignIsLoadedAndNoPageHoldsAScriptOfItsOwn) {
  const std::regex foreign("(src|href)=\"(https?:)?//|url\\(|@import|[^.]innerHTML *=|eval\\(");
  for (const auto& entry : std::filesystem::directory_iterator(CMR_APP)) {
    const std::string text = textOf(entry.path());
    EXPECT_FALSE(std::regex_search(text, foreign)) << entry.path();
    if (entry.path().extension() != ".html") continue;
    EXPECT_THAT(text, HasSubstr("<html lang=\"en\">")) << entry.path();
    EXPECT_THAT(text, Not(HasSubstr("<script>"))) << entry.path();
    EXPECT_THAT(text, Not(HasSubstr("style=\""))) << entry.path();
  }
  const RestResponse response = page("/cmr/app/index.html");
  EXPECT_THAT(response.headers.at("Content-Security-Policy"), HasSubstr("default-src 'none'"));
  EXPECT_EQ(response.headers.at("X-Content-Type-Options"), "nosniff");
}

TEST(AppPages, TheExplorersButtonNamesTheResourceBehindTheHashOnly) {
  EXPECT_THAT(explorerExtension(), HasSubstr("../cmr/app/study.html#"));
  EXPECT_THAT(explorerExtension(), Not(HasSubstr("?")));
}

}  // namespace
}  // namespace cmr
