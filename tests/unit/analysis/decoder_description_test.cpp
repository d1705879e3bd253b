#include "analysis/decoder_description.h"

#include <gtest/gtest.h>

#include <functional>

#include "analysis/errors.h"

namespace cmr {
namespace {

using nlohmann::json;

json network() {
  return {{"decoder", "seg_cine_sax"},
          {"ownBlocks", {"up1"}},
          {"windows", {{"t1_map", {0, 2000}}, {"t2_map", {0, 150}}}}};
}

std::string refusal(const std::function<void(json&)>& change) {
  json changed = network();
  change(changed);
  try {
    decoderFromJson(changed, "seg_map_sax");
  } catch (const PackageError& error) {
    return error.what();
  }
  return "";
}

TEST(DecoderDescription, IsWrittenAsItIsRead) {
  EXPECT_EQ(decoderToJson(decoderFromJson(network(), "seg_map_sax")), network());
}

TEST(DecoderDescription, NormalisesMapsInMillisecondsAndOthersByPercentiles) {
  const DecoderDescription decoder = decoderFromJson(network(), "seg_map_sax");
  const IntensityWindow t1 = decoder.windowFor("t1_map", {});
  ASSERT_TRUE(t1.fixed);
  EXPECT_EQ(t1.fixed->high, 2000);
  EXPECT_FALSE(decoder.windowFor("cine", {}).fixed);
}

TEST(DecoderDescription, NamesHeadAndFaultWhenItCannotBeUsed) {
  const auto expectFault = [](const std::string& fault, const std::function<void(json&)>& change) {
    const std::string said = refusal(change);
    EXPECT_NE(said.find("seg_map_sax"), std::string::npos) << said;
    EXPECT_NE(said.find(fault), std::string::npos) << said;
  };
  expectFault("only that of seg_cine_sax", [](json& n) { n["decoder"] = "seg_lge_sax"; });
  expectFault("up8", [](json& n) { n["ownBlocks"] = {"up8"}; });
  expectFault("no sequence", [](json& n) { n["windows"]["t3_map"] = {0, 1}; });
  expectFault("two rising numbers", [](json& n) { n["windows"]["t1_map"] = {2000, 0}; });
  expectFault("two rising numbers", [](json& n) { n["windows"]["t1_map"] = {0}; });
  expectFault("how it shares", [](json& n) { n.erase("ownBlocks"); });
  expectFault("how it shares", [](json& n) { n = json(); });
}

}  // namespace
}  // namespace cmr
