#include "plugin/worklist_encoding.h"

#include <gmock/gmock.h>

namespace cmr {
namespace {

using ::testing::HasSubstr;

TEST(WorklistEncoding, OnlyUtf8HasEveryLetter) {
  EXPECT_EQ(worklistEncodingWarning(R"({"DefaultEncoding": "Utf8"})"), "");
  EXPECT_EQ(worklistEncodingWarning(R"({"DefaultEncoding": "UTF8"})"), "");
  EXPECT_THAT(worklistEncodingWarning(R"({"DefaultEncoding": "Greek"})"), HasSubstr("Greek"));
}

TEST(WorklistEncoding, OrthancsOwnDefaultIsLatin1) {
  EXPECT_THAT(worklistEncodingWarning("{}"), HasSubstr("Latin1"));
}

}  // namespace
}  // namespace cmr
