#include "analysis/plausibility.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/beating_heart.h"

namespace cmr {
namespace {

using test::BeatingHeart;

class PlausibilityTest : public testing::Test {
 protected:
  PlausibleLabels repaired() {
    Segmentation raw;
    raw.labels = labels;
    raw.confidence = confidence;
    return makePlausible(heart.stack(), raw);
  }
  static const Finding* find(const PlausibleLabels& result, const std::string& id) {
    const auto found = std::find_if(result.findings.begin(), result.findings.end(),
                                    [&](const Finding& f) { return f.flag.id == id; });
    return found == result.findings.end() ? nullptr : &*found;
  }
  static double pixels(const LabelStack& stack, int slice, int phase, Structure structure) {
    const auto frame = stack.frame(slice, phase);
    return static_cast<double>(
        std::count(frame.begin(), frame.end(), static_cast<std::uint8_t>(structure)));
  }

  BeatingHeart heart;
  LabelStack labels = heart.labels();
  std::vector<FrameConfidence> confidence;
};

TEST_F(PlausibilityTest, SaysWhichSlicesHoldTheVentricleAtEachPhase) {
  const PlausibleLabels result = repaired();
  EXPECT_EQ(result.extent[0].base, 3);
  EXPECT_EQ(result.extent[0].apex, 11);
  EXPECT_EQ(result.extent[8].base, 4);
}

TEST_F(PlausibilityTest, AMissingSliceIsDrawnBetweenItsNeighboursAndDoubtsTheNumbers) {
  const double before = pixels(labels, 7, 0, Structure::lvCavity);
  const double wall = pixels(labels, 7, 0, Structure::lvMyocardium);
  for (int phase = 0; phase < heart.phases; ++phase) {
    BeatingHeart::clear(labels, 7, phase);
  }
  const PlausibleLabels result = repaired();
  EXPECT_NEAR(pixels(result.labels, 7, 0, Structure::lvCavity), before, 0.05 * before);
  EXPECT_NEAR(pixels(result.labels, 7, 0, Structure::lvMyocardium), wall, 0.10 * wall);
  const Finding* finding = find(result, "images-filled");
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->flag.severity, Severity::warning);
  EXPECT_TRUE(finding->doubtsLv);
}

TEST_F(PlausibilityTest, AFewMissingImagesAreDrawnBetweenPhasesAndOnlyNoted) {
  const double before = pixels(labels, 6, 4, Structure::lvCavity);
  BeatingHeart::clear(labels, 6, 4);
  BeatingHeart::clear(labels, 8, 0);  // the neighbours in time lie on both sides of the cycle's end
  const PlausibleLabels result = repaired();
  EXPECT_NEAR(pixels(result.labels, 6, 4, Structure::lvCavity), before, 0.04 * before);
  EXPECT_GT(pixels(result.labels, 8, 0, Structure::lvCavity), 0);
  ASSERT_NE(find(result, "images-filled"), nullptr);
  EXPECT_EQ(find(result, "images-filled")->flag.severity, Severity::note);
}

TEST(PlausibilityText, SaysHowManyMissingImagesCouldBeDrawn) {
  EXPECT_EQ(saidOfFilled(1, 0),
            "1 image within the left ventricle had no cavity; it was drawn between neighbours.");
  EXPECT_EQ(saidOfFilled(0, 5),
            "5 images within the left ventricle had no cavity; they could not be drawn between "
            "neighbours.");
  EXPECT_EQ(saidOfFilled(1, 2),
            "3 images within the left ventricle had no cavity; 1 of them was drawn between "
            "neighbours, for the others there were none.");
}

TEST_F(PlausibilityTest, OneFrameThatFlickersIsRedrawnAndOthersAreNot) {
  heart.addBlob(labels, 6, 8, Structure::lvMyocardium, 0, 0, 28);
  heart.addBlob(labels, 6, 8, Structure::lvCavity, 0, 0, 6);
  const PlausibleLabels result = repaired();
  EXPECT_NE(find(result, "images-redrawn"), nullptr);
  LabelStack truth = heart.labels();
  const double expected = pixels(truth, 6, 8, Structure::lvCavity);
  EXPECT_NEAR(pixels(result.labels, 6, 8, Structure::lvCavity), expected, 0.05 * expected);
  const auto neighbour = truth.frame(6, 7);
  EXPECT_TRUE(std::equal(neighbour.begin(), neighbour.end(), result.labels.frame(6, 7).begin()));
}

TEST_F(PlausibilityTest, WhereTheApexClosesItsWallRemains) {
  // The last apical cavity is not seen around end systole.
  for (int phase = 5; phase <= 12; ++phase) {
    std::replace(labels.frame(11, phase).begin(), labels.frame(11, phase).end(),
                 static_cast<std::uint8_t>(Structure::lvCavity),
                 static_cast<std::uint8_t>(Structure::lvMyocardium));
  }
  const PlausibleLabels result = repaired();
  EXPECT_EQ(result.extent[8].apex, 10);
  EXPECT_EQ(result.extent[0].apex, 11);
  EXPECT_EQ(pixels(result.labels, 11, 8, Structure::lvCavity), 0);
  EXPECT_GT(pixels(result.labels, 11, 8, Structure::lvMyocardium), 0);
}

TEST_F(PlausibilityTest, ACloseDecisionAtTheBaseIsFlagged) {
  heart.descentMm = 0;
  labels = heart.labels();
  EXPECT_EQ(find(repaired(), "basal-slice-uncertain"), nullptr);
  for (int phase = 0; phase < heart.phases; ++phase) {
    heart.addOutflow(labels, 2, phase, 0.56, heart.beating(20, phase));
  }
  const PlausibleLabels result = repaired();
  const Finding* finding = find(result, "basal-slice-uncertain");
  ASSERT_NE(finding, nullptr);
  EXPECT_TRUE(finding->doubtsLv && finding->doubtsMyocardium);
}

TEST_F(PlausibilityTest, ConfidenceOfAnotherSizeIsNotUsed) {
  confidence.resize(7);
  EXPECT_TRUE(repaired().labels.labels == labels.labels);
}

TEST_F(PlausibilityTest, ANetworkThatIsUnsureEverywhereIsFlagged) {
  for (const auto& [mean, unsure] : {std::pair{0.95F, false}, {0.70F, true}}) {
    FrameConfidence everywhere;
    everywhere.meanProbability.fill(mean);
    everywhere.peakProbability.fill(mean);
    confidence.assign(static_cast<std::size_t>(heart.slices * heart.phases), everywhere);
    EXPECT_EQ(find(repaired(), "network-unsure") != nullptr, unsure) << mean;
  }
}

TEST_F(PlausibilityTest, NothingStaysNothing) {
  labels = LabelStack(96, 96, heart.slices, heart.phases);
  const PlausibleLabels result = repaired();
  EXPECT_TRUE(result.findings.empty());
  EXPECT_LT(result.extent[0].apex, result.extent[0].base);
}

}  // namespace
}  // namespace cmr
