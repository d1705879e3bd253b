#include "dicom_sr/read_nesting.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "dicom_sr/parse_instance.h"
#include "dicom_sr/read_series.h"
#include "dicom_sr/series_headers.h"
#include "dicom_sr/verdict_error.h"
#include "tests/support/real_series.h"
#include "tests/support/small_image.h"

namespace cmr {
namespace {

using namespace std::string_literals;

// Of a file in explicit VR little endian the same in deflated form (RFC 1951 3.2.4: blocks that are
// not compressed).
std::string deflatedFile(std::string file) {
  const std::string plain = "UI\x14\x00"s + "1.2.840.10008.1.2.1\0"s;
  const std::string deflated = "UI\x16\x00"s + "1.2.840.10008.1.2.1.99"s;
  const std::size_t syntax = file.find(plain);
  file.replace(syntax, plain.size(), deflated);
  file[140] = static_cast<char>(file[140] + 2);  // length of the meta information
  const std::size_t begin = syntax + deflated.size();
  const std::string dataset = file.substr(begin);
  file.resize(begin);
  for (std::size_t at = 0; at < dataset.size(); at += 60000) {
    const std::string part = dataset.substr(at, 60000);
    file += at + part.size() == dataset.size() ? '\1' : '\0';
    for (const std::size_t length : {part.size(), ~part.size()}) {
      file += static_cast<char>(length & 0xFF);
      file += static_cast<char>(length >> 8 & 0xFF);
    }
    file += part;
  }
  return file;
}

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

TEST(ReadNesting, SeesThroughDeflatedData) {
  for (const int levels : {1, 100000}) {
    const ReadResult result = readInstances({{"deep", deflatedFile(nestedFile(levels))}});
    ASSERT_EQ(result.verdicts.size(), 1U);
    EXPECT_EQ(result.verdicts.front().id, levels > 1 ? "absurd-nesting" : "truncated-file");
  }
}

TEST(ReadNesting, HeadersAreReadBehindTheSameGuards) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "headers_of_deep_files";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  const auto put = [&](const std::string& name, const std::string& bytes) {
    std::ofstream(folder / name, std::ios::binary) << bytes;
  };
  put("deep", nestedFile(100000));
  put("deflated", deflatedFile(nestedFile(100000)));
  put("fine", test::smallImage({}).bytes);
  const std::vector<SeriesHeader> headers = readSeriesHeaders(folder.string());
  ASSERT_EQ(headers.size(), 1U);
  EXPECT_EQ(headers[0].instances, 1);
  EXPECT_EQ(headers[0].values.at("SeriesDescription"), "cine_sax");
  std::filesystem::remove_all(folder);
}

TEST(ReadNesting, ReadsDeflatedImagesAndNoMoreOfThemThanTheBound) {
  test::SmallImage image;
  image.edit = [](DcmDataset& d) {
    d.putAndInsertUint16(DCM_Rows, 100);
    d.putAndInsertUint16(DCM_Columns, 100);
    const std::vector<Uint16> cells(10000, 7);
    d.putAndInsertUint16Array(DCM_PixelData, cells.data(), cells.size());
  };
  const InstanceBytes deflated = test::smallImage(image, EXS_DeflatedLittleEndianExplicit);
  ASSERT_LT(deflated.bytes.size(), 5000U);
  const ReadResult result = readInstances({deflated});
  ASSERT_EQ(result.stacks.size(), 1U)
      << (result.verdicts.empty() ? "" : result.verdicts.front().reason);
  EXPECT_EQ(result.stacks[0].stack.frame(0, 0).pixels, std::vector<float>(10000, 7));
  try {
    parseInstance(deflated.bytes, 20000);
    FAIL() << "took more than the bound";
  } catch (const VerdictError& error) {
    EXPECT_EQ(error.id(), "too-much");
  }
  std::string cut = deflated.bytes;
  cut.resize(cut.size() - 40);
  const ReadResult fromCut = readInstances({{"cut", cut}});
  EXPECT_TRUE(fromCut.stacks.empty());
  EXPECT_FALSE(fromCut.verdicts.empty());
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
