#include "dicom_sr/read_nesting.h"

#include <gtest/gtest.h>

#include <string>

#include "dicom_sr/read_series.h"
#include "tests/support/real_series.h"

namespace cmr {
namespace {

using namespace std::string_literals;

// A part-10 file of `levels` sequences within each other, explicit VR little endian.
std::string nestedFile(int levels) {
  std::string bytes(128, '\0');
  bytes += "DICM"s + "\x02\x00\x00\x00UL\x04\x00\x1c\x00\x00\x00"s + "\x02\x00\x10\x00UI\x14\x00"s +
           "1.2.840.10008.1.2.1\0"s;
  bytes += "\x08\x00\x16\x00UI\x1a\x00"s + "1.2.840.10008.5.1.4.1.1.4\0"s;
  for (int i = 0; i < levels; ++i) {
    bytes += "\x40\x00\x30\xa7SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"s;
  }
  return bytes;
}

TEST(ReadNesting, RefusesSequencesSoDeepThatTheParserWouldEndTheProcess) {
  const ReadResult result = readInstances({{"deep", nestedFile(100000)}});
  ASSERT_EQ(result.verdicts.size(), 1U);
  EXPECT_EQ(result.verdicts.front().id, "absurd-nesting");
}

TEST(ReadNesting, TakesSequencesAsDeepAsRealObjectsHaveThem) {
  EXPECT_FALSE(nestsTooDeeply(nestedFile(20)));
  CMR_DEMO_SERIES(instances);
  for (const InstanceBytes& instance : instances) EXPECT_FALSE(nestsTooDeeply(instance.bytes));
}

TEST(ReadNesting, DoesNotTakeManyItemsSideBySideForDepth) {
  std::string bytes;
  for (int i = 0; i < 1000; ++i) {
    bytes += "\xfe\xff\x00\xe0\x02\x00\x00\x00"s + "ab";                         // known length
    bytes += "\xfe\xff\x00\xe0\xff\xff\xff\xff"s + "\xfe\xff\x0d\xe0\0\0\0\0"s;  // delimited
  }
  EXPECT_FALSE(nestsTooDeeply(bytes));
}

TEST(ReadNesting, SeesItemsOfKnownLengthAndBigEndianOnesNest) {
  std::string known;
  std::string big;
  for (int i = 0; i < 100; ++i) {
    known += "\xfe\xff\x00\xe0\x00\x10\x00\x00"s;
    big += "\xff\xfe\xe0\x00\x00\x00\x10\x00"s;
  }
  EXPECT_TRUE(nestsTooDeeply(known));
  EXPECT_TRUE(nestsTooDeeply(big));
  EXPECT_FALSE(nestsTooDeeply("\xfe"));
  EXPECT_FALSE(nestsTooDeeply(""));
}

}  // namespace
}  // namespace cmr
