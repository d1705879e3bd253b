#include "plugin/worklist_query.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace cmr {
namespace {

using Json = nlohmann::json;

TEST(WorklistQuery, AKeyOfAnOddGroupIsAManufacturersOwnInSequencesToo) {
  EXPECT_FALSE(
      hasPrivateKeys(Json::parse(R"({"0010,0010": "A*", "0040,0100": [{"0008,0060": ""}]})")));
  EXPECT_FALSE(hasPrivateKeys(Json::object()));
  EXPECT_TRUE(hasPrivateKeys(Json::parse(R"({"0009,0010": "ACME"})")));
  EXPECT_TRUE(hasPrivateKeys(Json::parse(R"({"7fdB,1010": null})")));
  EXPECT_TRUE(hasPrivateKeys(Json::parse(R"({"0040,0100": [{}, {"0041,1001": ""}]})")));
}

TEST(WorklistQuery, WithoutThemAllElseIsAskedAsBefore) {
  EXPECT_EQ(withoutPrivateKeys(Json::parse(R"({
      "0008,0005": "ISO_IR 100", "0009,0010": "ACME", "0009,1001": "x", "0010,0010": "Müll*",
      "0020,000d": null, "0040,0100": [{"0008,0060": "MR", "0041,1001": "y"}, {}]})")),
            Json::parse(R"({"0008,0005": "ISO_IR 192", "0010,0010": "Müll*", "0020,000d": "",
      "0040,0100": [{"0008,0060": "MR"}, {}]})"));
}

TEST(WorklistQuery, ACodeIsNamedByAValueWithinItsSequence) {
  const auto names = [](const std::string& codes) {
    return namesACode(Json::parse(R"({"0040,0100": [{"0040,0008": )" + codes + "}]}"));
  };
  EXPECT_FALSE(names("[]"));
  EXPECT_FALSE(names("[{}]"));
  EXPECT_FALSE(names(R"([{"0008,0100": "", "0008,0104": null}])"));
  EXPECT_TRUE(names(R"([{"0008,0100": "HEART"}])"));
  EXPECT_FALSE(namesACode(Json::object()));
  EXPECT_FALSE(namesACode(Json::parse(R"({"0040,0100": []})")));
}

}  // namespace
}  // namespace cmr
