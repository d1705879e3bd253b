#include "analysis/sha256.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace cmr {
namespace {

// The examples of FIPS 180-4 and of NIST's test vectors.
TEST(Sha256, GivesThePublishedDigests) {
  EXPECT_EQ(sha256Hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256Hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256Hex(std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, DoesNotMindInWhatPiecesTheBytesCome) {
  std::string message;
  for (int i = 0; i < 200; ++i) message += static_cast<char>(i);
  const std::string whole = sha256Hex(message);
  for (std::size_t cut = 0; cut <= message.size(); ++cut) {
    Sha256 hash;
    hash.update(std::string_view(message).substr(0, cut));
    hash.update("");
    hash.update(std::string_view(message).substr(cut));
    ASSERT_EQ(hash.hex(), whole) << cut;
  }
}

TEST(Sha256, TellsApartEveryLengthAroundTheBlock) {
  std::set<std::string> seen;
  for (std::size_t length = 0; length < 140; ++length) {
    seen.insert(sha256Hex(std::string(length, '\0')));
  }
  EXPECT_EQ(seen.size(), 140U);
}

}  // namespace
}  // namespace cmr
