#include "dicom_sr/identity.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace cmr {
namespace {

SeriesStack twoImages() {
  SeriesStack source;
  source.StudyInstanceUID = "1.2.3";
  source.sources.resize(2);
  source.sources[0].SOPInstanceUID = "1.2.3.4";
  source.sources[0].contentSha256 = "aa";
  source.sources[1].SOPInstanceUID = "1.2.3.5";
  source.sources[1].contentSha256 = "bb";
  return source;
}

TEST(Identity, GivesValidUidsWhateverTheParts) {
  std::mt19937 random(1);
  std::set<std::string> seen;
  for (int i = 0; i < 2000; ++i) {
    std::vector<std::string> parts(random() % 4);
    for (std::string& part : parts) part = std::string(random() % 90, static_cast<char>(random()));
    parts.push_back(std::to_string(i));
    const std::string uid = uidFromParts(parts);
    EXPECT_EQ(uid, uidFromParts(parts));
    EXPECT_LE(uid.size(), 64U);
    EXPECT_EQ(uid.rfind("2.25.", 0), 0U);
    const std::string number = uid.substr(5);
    EXPECT_EQ(number.find_first_not_of("0123456789"), std::string::npos);
    EXPECT_NE(number.front(), '0');
    EXPECT_TRUE(seen.insert(uid).second);
  }
}

TEST(Identity, KeepsPartsApartThatReadTheSameWhenJoined) {
  EXPECT_NE(uidFromParts({"ab", "c"}), uidFromParts({"a", "bc"}));
  EXPECT_NE(uidFromParts({"a"}), uidFromParts({"a", ""}));
}

TEST(Identity, IsTheSameWhateverTheOrderOfTheSources) {
  SeriesStack source = twoImages();
  const std::string uid = outputUid(source, {}, "seg/series");
  std::swap(source.sources[0], source.sources[1]);
  EXPECT_EQ(outputUid(source, {}, "seg/series"), uid);
}

TEST(Identity, ChangesWithEverythingThatChangesTheResult) {
  std::set<std::string> seen;
  const auto isNew = [&](const SeriesStack& source, const OutputContext& context,
                         const std::string& kind) {
    return seen.insert(outputUid(source, context, kind)).second;
  };
  const SeriesStack source = twoImages();
  EXPECT_TRUE(isNew(source, {}, "seg/series"));
  EXPECT_TRUE(isNew(source, {}, "seg/instance"));
  EXPECT_TRUE(isNew(source, {"", "package", "", ""}, "seg/series"));
  EXPECT_TRUE(isNew(source, {"", "", "settings", ""}, "seg/series"));
  EXPECT_TRUE(isNew(source, {"", "", "", "cuda:0/bfloat16"}, "seg/series"));
  SeriesStack changed = source;
  changed.sources[1].contentSha256 = "bc";
  EXPECT_TRUE(isNew(changed, {}, "seg/series"));
  changed = source;
  changed.sources.pop_back();
  EXPECT_TRUE(isNew(changed, {}, "seg/series"));
}

TEST(Identity, DoesNotDependOnTheDate) {
  const SeriesStack source = twoImages();
  EXPECT_EQ(outputUid(source, {"20240101000000", "", "", ""}, "sr"),
            outputUid(source, {"20250101000000", "", "", ""}, "sr"));
}

}  // namespace
}  // namespace cmr
