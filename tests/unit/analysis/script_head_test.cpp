#include "analysis/script_head.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/errors.h"
#include "analysis/pooled_head.h"
#include "tests/support/fault_of.h"
#include "tests/support/small_script.h"

namespace cmr {
namespace {

using test::faultOf;
using testing::AllOf;
using testing::HasSubstr;

HeadDescription diseaseHead() {
  HeadDescription head;
  head.task = "disease";
  head.architecture = HeadArchitecture::pooled;
  head.layers = {2, 1};
  head.classes = {
      {"normal", "real", "off"}, {"dilated", "real", "off"}, {"infarct", "real", "off"}};
  head.network = {{"torchscript", "disease.pt"}};
  return head;
}

TokenLevels tokensOf(std::int64_t batch) {
  torch::manual_seed(3);
  return {{1, torch::randn({batch, 10, 16}) * 40 + 7}, {2, torch::randn({batch, 10, 16})}};
}

std::string faultOfAnswer(const std::string& body) {
  ScriptHead head(diseaseHead(), test::scriptOf("def forward(self, tokens):\n    " + body + "\n"));
  return faultOf<InputError>([&] { head.logits(tokensOf(2)); });
}

TEST(ScriptHead, AnswersAsTheProgramsOwnHeadOfTheSameWeights) {
  torch::manual_seed(4);
  PooledHead own(PooledHeadGeometry{16, {2, 1}, 0, 3});
  const auto parameters = own->named_parameters();
  ScriptHead script(diseaseHead(), test::scriptOf(test::linearOverTwoLayers,
                                                  {{"weight", parameters["linear.weight"].detach()},
                                                   {"bias", parameters["linear.bias"].detach()}}));
  const torch::InferenceMode guard;
  for (const std::int64_t batch : {1, 2, 5}) {
    const torch::Tensor logits = script.logits(tokensOf(batch));
    EXPECT_EQ(logits.scalar_type(), torch::kFloat32);
    EXPECT_TRUE(torch::allclose(logits, own->forward(tokensOf(batch)), 1e-4, 1e-5)) << batch;
  }
}

TEST(ScriptHead, LeavesTheTokensOfOtherHeadsAloneWhateverTheScriptDoesToItsOwn) {
  TokenLevels tokens = tokensOf(2);
  ScriptHead head(diseaseHead(), test::scriptOf("def forward(self, tokens):\n"
                                                "    tokens.zero_()\n"
                                                "    return tokens[:, 0, 0:3]\n"));
  EXPECT_TRUE(torch::equal(head.logits(tokens), torch::zeros({2, 3})));
  EXPECT_TRUE(torch::equal(tokens[1], tokensOf(2)[1]));
}

TEST(ScriptHead, SaysWhichHeadIsNoTorchScript) {
  for (const std::string& content : {std::string(), std::string("not a script")}) {
    EXPECT_THAT(faultOf<PackageError>([&] { ScriptHead(diseaseHead(), content); }),
                HasSubstr("the TorchScript of the head disease cannot be loaded: "));
  }
  EXPECT_THAT(faultOf<PackageError>([] {
                ScriptHead(diseaseHead(), test::scriptOf("def other(self, x):\n    return x\n"));
              }),
              HasSubstr("the head disease cannot be loaded"));
}

TEST(ScriptHead, SaysInOneLineWhyAScriptFailed) {
  EXPECT_EQ(faultOfAnswer("assert tokens.size(0) > 2, 'no such heart'"),
            "the TorchScript of the head disease failed: no such heart");
  EXPECT_THAT(faultOfAnswer("return torch.matmul(tokens, torch.ones([7, 7]))"),
              AllOf(HasSubstr("the TorchScript of the head disease failed: "), HasSubstr("shapes"),
                    testing::Not(HasSubstr("\n"))));
}

TEST(ScriptHead, TakesNothingButFiniteLogitsOfEveryClass) {
  EXPECT_EQ(faultOfAnswer("return tokens[:, 0, 0:2]"),
            "the TorchScript of the head disease gave [2, 2] in place of floating-point logits "
            "[2, 3]");
  EXPECT_THAT(faultOfAnswer("return tokens[0:1, 0, 0:3]"), HasSubstr("gave [1, 3]"));
  EXPECT_THAT(faultOfAnswer("return tokens[:, 0, 0:3] > 0"), HasSubstr("in place of floating"));
  EXPECT_THAT(faultOfAnswer("return tokens[:, 0, 0:3] / 0"), HasSubstr("that are no numbers"));
  EXPECT_THAT(faultOfAnswer("return 7"), HasSubstr("gave no tensor"));
}

}  // namespace
}  // namespace cmr
