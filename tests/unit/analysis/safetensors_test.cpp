#include "analysis/safetensors.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include "analysis/errors.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;

std::vector<std::byte> bytesOf(const std::string& text) {
  std::vector<std::byte> bytes(text.size());
  std::memcpy(bytes.data(), text.data(), text.size());
  return bytes;
}

// A file as bytes: the header's true length, the header, the data.
std::vector<std::byte> fileOf(const std::string& header, const std::string& data) {
  std::string content;
  for (unsigned i = 0; i < 8; ++i) content += static_cast<char>((header.size() >> (8 * i)) & 0xFF);
  return bytesOf(content + header + data);
}

SafetensorsFile parsed(const std::string& header, const std::string& data) {
  return SafetensorsFile::parse(fileOf(header, data), "test.safetensors");
}

// What the refusal says; empty when the file was taken.
std::string refusalOf(const std::string& header, const std::string& data) {
  try {
    parsed(header, data);
  } catch (const PackageError& error) {
    return error.what();
  }
  return "";
}

fs::path temporaryFile(const std::string& name) { return fs::path(testing::TempDir()) / name; }

TEST(Safetensors, ReadsTensorsAndMetadata) {
  const SafetensorsFile file = parsed(
      R"({"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
      R"("b":{"dtype":"BF16","shape":[1,3],"data_offsets":[8,14]}})",
      std::string("\0\0\x80\x3f\0\0\0\x40", 8) + "uvwxyz");
  EXPECT_EQ(file.metadata().at("format"), "pt");
  const TensorEntry& a = file.tensors().at("a");
  EXPECT_EQ(a.dtype, DType::float32);
  EXPECT_EQ(a.shape, (std::vector<std::int64_t>{2}));
  std::array<float, 2> values{};
  std::memcpy(values.data(), a.bytes.data(), a.bytes.size());
  EXPECT_EQ(values, (std::array<float, 2>{1.0F, 2.0F}));
  EXPECT_EQ(file.tensors().at("b").bytes.size(), 6U);
}

TEST(Safetensors, ReadsAScalarWhoseShapeIsEmpty) {
  const SafetensorsFile file =
      parsed(R"({"scale":{"dtype":"F32","shape":[],"data_offsets":[0,4]}})", "abcd");
  EXPECT_TRUE(file.tensors().at("scale").shape.empty());
  EXPECT_EQ(file.tensors().at("scale").bytes.size(), 4U);
}

TEST(Safetensors, ReadsAnEmptyTensorAndAFileWithout) {
  const SafetensorsFile file =
      parsed(R"({"none":{"dtype":"F32","shape":[0,7],"data_offsets":[0,0]}})", "");
  EXPECT_TRUE(file.tensors().at("none").bytes.empty());
  EXPECT_TRUE(parsed("{}", "").tensors().empty());
}

TEST(Safetensors, WritesWhatItReads) {
  const fs::path path = temporaryFile("round_trip.safetensors");
  const std::vector<std::byte> four = bytesOf("wxyz");
  const std::vector<std::byte> six = bytesOf("uvwxyz");
  writeSafetensors(path.string(),
                   {{"matrix", DType::uint8, {2, 3}, six},
                    {"scalar", DType::float32, {}, four},
                    {"vector", DType::bfloat16, {2}, four}},
                   {{"format", "pt"}});
  EXPECT_FALSE(fs::exists(path.string() + ".writing"));
  const SafetensorsFile file = SafetensorsFile::open(path.string());
  EXPECT_EQ(file.tensors().size(), 3U);
  EXPECT_EQ(file.tensors().at("matrix").shape, (std::vector<std::int64_t>{2, 3}));
  EXPECT_TRUE(file.tensors().at("scalar").shape.empty());
  EXPECT_EQ(std::memcmp(file.tensors().at("vector").bytes.data(), four.data(), 4), 0);
  EXPECT_EQ(std::memcmp(file.tensors().at("matrix").bytes.data(), six.data(), 6), 0);
  EXPECT_EQ(file.metadata().at("format"), "pt");
}

TEST(Safetensors, KeepsItsTensorsWhenTheFileObjectMoves) {
  SafetensorsFile first = parsed(R"({"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}})", "abc");
  const SafetensorsFile second = std::move(first);
  EXPECT_EQ(std::memcmp(second.tensors().at("a").bytes.data(), "abc", 3), 0);
}

TEST(Safetensors, RefusesToWriteATensorWhoseBytesAreNotItsShape) {
  const std::vector<std::byte> four = bytesOf("wxyz");
  const fs::path path = temporaryFile("wrong_shape.safetensors");
  EXPECT_THROW(writeSafetensors(path.string(), {{"a", DType::float32, {2}, four}}, {}),
               PackageError);
  EXPECT_FALSE(fs::exists(path));
}

TEST(Safetensors, SaysThatItCannotWrite) {
  EXPECT_THROW(writeSafetensors("/nonexistent/a.safetensors", {}, {}), ResourceError);
}

TEST(Safetensors, RefusesEveryTruncation) {
  const std::vector<std::byte> whole =
      fileOf(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", "abcdefgh");
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_THROW(
        SafetensorsFile::parse({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)},
                               "cut.safetensors"),
        PackageError)
        << length;
  }
  EXPECT_NO_THROW(SafetensorsFile::parse(whole, "whole.safetensors"));
}

TEST(Safetensors, RefusesAHeaderLongerThanTheFileOrThanAnyHeader) {
  for (const unsigned char top : {0x00, 0x01, 0x7f, 0xff}) {
    std::string content("\xff\xff\xff\xff\0\0\0\0{}", 10);
    content[7] = static_cast<char>(top);
    EXPECT_THROW(SafetensorsFile::parse(bytesOf(content), "huge.safetensors"), PackageError);
  }
}

TEST(Safetensors, RefusesOffsetsThatAreNotTheTensors) {
  const auto header = [](const std::string& offsets) {
    return R"({"a":{"dtype":"F32","shape":[2],"data_offsets":)" + offsets + "}}";
  };
  EXPECT_EQ(refusalOf(header("[0,8]"), "abcdefgh"), "");
  for (const char* offsets : {"[0,9]", "[0,4]", "[8,0]", "[8,16]", "[4,12]", "[-8,0]", "[0]",
                              "[0,8,8]", "[0,18446744073709551615]", "\"08\"", "null"}) {
    EXPECT_NE(refusalOf(header(offsets), "abcdefgh"), "") << offsets;
  }
}

TEST(Safetensors, RefusesTensorsThatOverlapOrLeaveAGap) {
  const auto two = [](const std::string& second) {
    return R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},)"
           R"("b":{"dtype":"U8","shape":[4],"data_offsets":)" +
           second + "}}";
  };
  EXPECT_EQ(refusalOf(two("[4,8]"), "abcdefgh"), "");
  EXPECT_NE(refusalOf(two("[0,4]"), "abcdefgh"), "");
  EXPECT_NE(refusalOf(two("[2,6]"), "abcdef"), "");
  EXPECT_NE(refusalOf(two("[5,9]"), "abcdefghi"), "");
  EXPECT_NE(refusalOf(two("[4,8]"), "abcdefgh and more"), "");
}

TEST(Safetensors, RefusesTypesAndShapesThatItDoesNotKnow) {
  const auto header = [](const std::string& type, const std::string& shape) {
    return R"({"a":{"dtype":)" + type + R"(,"shape":)" + shape + R"(,"data_offsets":[0,8]}})";
  };
  EXPECT_EQ(refusalOf(header("\"F32\"", "[2]"), "abcdefgh"), "");
  EXPECT_NE(refusalOf(header("\"F8_E4M3\"", "[8]"), "abcdefgh").find("F8_E4M3"), std::string::npos);
  EXPECT_NE(refusalOf(header("32", "[2]"), "abcdefgh"), "");
  EXPECT_NE(refusalOf(header("\"F32\"", "[-2]"), "abcdefgh"), "");
  EXPECT_NE(refusalOf(header("\"F32\"", "2"), "abcdefgh"), "");
  EXPECT_NE(refusalOf(header("\"F32\"", "[\"2\"]"), "abcdefgh"), "");
  // 2^62 * 4 * 4 bytes wraps around to nothing; -1 squared to something small.
  EXPECT_NE(refusalOf(header("\"F32\"", "[4611686018427387904,4]"), "abcdefgh"), "");
  EXPECT_NE(refusalOf(header("\"F32\"", "[-1,-2]"), "abcdefgh"), "");
  EXPECT_NE(refusalOf(header("\"F32\"", "[1e30]"), "abcdefgh"), "");
  EXPECT_NE(refusalOf(header("\"F32\"", "[2.5]"), "abcdefgh"), "");
}

TEST(Safetensors, RefusesWhatIsNoHeaderAndNamesTheFile) {
  for (const char* header : {"", "[]", "7", "null", "{", "{\"a\":7}", "{\"a\":{}}",
                             "{\"__metadata__\":{\"n\":1}}", "{\"__metadata__\":[]}"}) {
    EXPECT_NE(refusalOf(header, "").find("test.safetensors"), std::string::npos) << header;
  }
}

TEST(Safetensors, SaysThatAFileIsAbsent) {
  EXPECT_THROW(SafetensorsFile::open("/nonexistent/a.safetensors"), PackageError);
  EXPECT_THROW(SafetensorsFile::open(testing::TempDir()), PackageError);
}

}  // namespace
}  // namespace cmr
