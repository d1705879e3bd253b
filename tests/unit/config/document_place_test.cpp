#include "config/document_place.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace cmr {
namespace {

TEST(DocumentPlace, SaysItsPlaceInWordsAndAsAPointer) {
  const DocumentPlace place = DocumentPlace("site.json").at("rules").at(2).at("a/b~c");
  EXPECT_EQ(place.words(), R"(site.json: rules[2]."a/b~c")");
  EXPECT_EQ(place.pointer(), "/rules/2/a~1b~0c");
  EXPECT_EQ(DocumentPlace("x").at(3).at("$schema").words(), "x: [3].$schema");
  EXPECT_EQ(nlohmann::json::json_pointer(place.pointer()).back(), "a/b~c");
  try {
    place.refuse("must be a text");
    FAIL();
  } catch (const DocumentError& error) {
    EXPECT_STREQ(error.what(), R"(site.json: rules[2]."a/b~c" must be a text)");
    EXPECT_EQ(error.pointer(), "/rules/2/a~1b~0c");
  }
}

// Keys are written by anybody: none breaks a line of the log, or fills it.
TEST(DocumentPlace, AKeyThatIsNoNameStandsInQuotesAndIsCut) {
  EXPECT_EQ(DocumentPlace("x").at("a\nb").words(), R"(x: "a\nb")");
  EXPECT_EQ(DocumentPlace("x").at("").words(), R"(x: "")");
  EXPECT_LT(DocumentPlace("x").at(std::string(100000, 'a')).words().size(), 200U);
}

std::string positionIn(const std::string& text, const std::string& pointer) {
  const TextPosition position = positionOf(text, pointer);
  return std::to_string(position.line) + ":" + std::to_string(position.column);
}

TEST(DocumentPlace, FindsTheLineOfAValueBehindCommentsStringsAndNesting) {
  const std::string text = R"(// a comment with "rules": [
{
  "other": {"rules": [1, 2, "]}\""]},  /* "rules" */
  "rules": [
    {"name": "a"},
    {"name": "b", "when": [true, null, -1.5e3, {"x/y": 1}]}
  ]
})";
  EXPECT_EQ(positionIn(text, ""), "2:1");
  EXPECT_EQ(positionIn(text, "/other/rules/2"), "3:29");
  EXPECT_EQ(positionIn(text, "/rules/1/name"), "6:14");
  EXPECT_EQ(positionIn(text, "/rules/1/when/2"), "6:40");
  EXPECT_EQ(positionIn(text, "/rules/1/when/3/x~1y"), "6:56");
}

TEST(DocumentPlace, WhatIsNotThereIsLookedForInWhatHoldsIt) {
  EXPECT_EQ(positionIn("{\n \"a\": [1]}", "/a/7"), "2:7");
  EXPECT_EQ(positionIn("{\n \"a\": [1]}", "/b"), "1:1");
  EXPECT_EQ(positionIn("", "/b"), "1:1");
}

// Every value of any document is found where it begins.
TEST(DocumentPlace, EveryPointerLeadsToTheTextOfItsValue) {
  const std::string text =
      R"({"a": [1, [2, {"b": "x, y]"}], {}], "c": {"d": [], "e": {"f": false}}, "": "g"})";
  const auto flat = nlohmann::json::parse(text).flatten();
  for (const auto& [pointer, value] : flat.items()) {
    const std::size_t column = positionOf(text, pointer).column;
    const std::string shown = value.is_null() ? "" : value.dump();
    EXPECT_EQ(text.substr(column - 1, shown.size()), shown) << pointer;
  }
}

TEST(DocumentPlace, ATextThatIsCutAnywhereEndsTheSearch) {
  const std::string text = R"({"a": [1, "b\"", {"c": [2]}], /* d */ "e": 3} // f)";
  for (std::size_t length = 0; length <= text.size(); ++length) {
    for (const char* pointer : {"/a/2/c/0", "/e", "/a/9"}) {
      EXPECT_LE(positionOf(text.substr(0, length), pointer).column, length + 1);
    }
  }
}

}  // namespace
}  // namespace cmr
