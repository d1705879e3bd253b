#include "plugin/line_splitter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace cmr {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Collected {
  std::vector<std::string> lines;
  LineSplitter splitter{[this](const std::string& line) { lines.push_back(line); }};
};

TEST(LineSplitter, ALineThatComesInPiecesIsOneLine) {
  Collected c;
  c.splitter.add("one li");
  c.splitter.add("ne\ntwo\nthr");
  EXPECT_THAT(c.lines, ElementsAre("one line", "two"));
  c.splitter.finish();
  EXPECT_THAT(c.lines, ElementsAre("one line", "two", "thr"));
}

TEST(LineSplitter, ControlCharactersCannotForgeALineOrDriveATerminal) {
  Collected c;
  c.splitter.add("a\x1b[31mred\rE0101 forged\n");
  EXPECT_THAT(c.lines, ElementsAre("a?[31mred?E0101 forged"));
}

TEST(LineSplitter, AnEndlessLineIsCut) {
  Collected c;
  c.splitter.add(std::string(1000000, 'x'));
  c.splitter.add("\n");
  ASSERT_EQ(c.lines.size(), 1U);
  EXPECT_EQ(c.lines[0].size(), LineSplitter::maxLineLength);
}

TEST(LineSplitter, AFloodIsThinnedOutAndCounted) {
  Collected c;
  for (int i = 0; i < 100000; ++i) c.splitter.add("again\n");
  c.splitter.finish();
  EXPECT_LT(c.lines.size(), 2000U);
  EXPECT_THAT(c.lines.back(), HasSubstr("lines of the worker were left out"));
}

}  // namespace
}  // namespace cmr
