#include "models/batch_source.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "analysis/errors.h"
#include "tests/support/tiny_frame.h"

namespace cmr {
namespace {

BatchPlan smallPlan() {
  BatchPlan plan;
  plan.seed = 3;
  plan.crops = 3;
  plan.fields = 2;
  plan.augment.size = 32;
  plan.augment.spacingMm = 2;
  return plan;
}

TrainingFrame phantomOf(std::uint64_t seed) {
  TrainingFrame frame = tinyFrame("phantom", {20.0 + static_cast<double>(seed % 8), 24, 6});
  frame.source = "phantom";
  frame.known = anyStructure;
  return frame;
}

bool same(const Batch& a, const Batch& b) {
  if (a.step != b.step || a.crops.size() != b.crops.size() || a.fields.size() != b.fields.size()) {
    return false;
  }
  for (std::size_t i = 0; i < a.crops.size(); ++i) {
    if (a.crops[i].image != b.crops[i].image || a.crops[i].allowed != b.crops[i].allowed ||
        a.crops[i].known != b.crops[i].known) {
      return false;
    }
  }
  for (std::size_t i = 0; i < a.fields.size(); ++i) {
    if (a.fields[i].image != b.fields[i].image ||
        a.fields[i].centreColumn != b.fields[i].centreColumn) {
      return false;
    }
  }
  return true;
}

std::vector<TrainingFrame> twoFrames() { return {tinyFrame("a"), tinyFrame("b", {30, 20, 5})}; }

TEST(BatchSource, DrawsTheSameBatchesForTheSameSeed) {
  BatchSource one(smallPlan(), twoFrames(), phantomOf, 0);
  BatchSource two(smallPlan(), twoFrames(), phantomOf, 0);
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(same(one.next(), two.next())) << i;
}

TEST(BatchSource, DrawsOtherBatchesForAnotherSeedOrStep) {
  BatchPlan other = smallPlan();
  other.seed = 4;
  BatchSource one(smallPlan(), twoFrames(), phantomOf, 0);
  BatchSource two(other, twoFrames(), phantomOf, 0);
  const Batch first = one.next();
  EXPECT_NE(first.crops[0].image, two.next().crops[0].image);
  EXPECT_NE(first.crops[0].image, one.next().crops[0].image);
  EXPECT_NE(first.crops[0].image, first.crops[1].image);
}

TEST(BatchSource, ResumesWhereAnUninterruptedRunWouldBe) {
  BatchSource whole(smallPlan(), twoFrames(), phantomOf, 0);
  for (int i = 0; i < 3; ++i) whole.next();
  BatchSource resumed(smallPlan(), twoFrames(), phantomOf, 3);
  const Batch batch = resumed.next();
  EXPECT_EQ(batch.step, 3);
  EXPECT_TRUE(same(batch, whole.next()));
}

TEST(BatchSource, BeginsWithPhantomsAloneWhenToldSo) {
  BatchPlan plan = smallPlan();
  plan.phantomOnlySteps = 2;
  plan.phantomShare = 0;
  BatchSource source(plan, twoFrames(), phantomOf, 0);
  for (int step = 0; step < 4; ++step) {
    for (const TrainingSample& crop : source.next().crops) {
      EXPECT_EQ(crop.known == anyStructure, step < 2) << step;
    }
  }
}

TEST(BatchSource, MixesPhantomsInByTheirShare) {
  BatchPlan plan = smallPlan();
  plan.crops = 40;
  plan.fields = 0;
  plan.phantomShare = 0.25;
  const Batch batch = drawBatch(plan, 0, twoFrames(), {1, 2}, phantomOf);
  int phantoms = 0;
  for (const TrainingSample& crop : batch.crops) phantoms += crop.known == anyStructure ? 1 : 0;
  EXPECT_GT(phantoms, 2);
  EXPECT_LT(phantoms, 20);
}

TEST(BatchSource, DrawsFramesByTheirWeight) {
  BatchPlan plan = smallPlan();
  plan.crops = 200;
  plan.fields = 0;
  plan.phantomShare = 0;
  std::vector<TrainingFrame> frames = twoFrames();
  frames[0].known = bitOf(Structure::lvCavity);
  const Batch batch = drawBatch(plan, 0, frames, {1, 4}, phantomOf);
  int first = 0;
  for (const TrainingSample& crop : batch.crops) first += crop.known == frames[0].known ? 1 : 0;
  EXPECT_GT(first, 20);
  EXPECT_LT(first, 90);
}

TEST(BatchSource, WeighsWhatIsRareHigherAndTheOneAnimalLower) {
  TrainingFrame frame = tinyFrame("a", {24, 24, 15, false});
  frame.source = "sunnybrook";
  const double plain = drawWeight(frame);
  frame.phase = CardiacPhase::endSystole;
  EXPECT_GT(drawWeight(frame), plain);
  frame.phase = CardiacPhase::unknown;
  frame.source = "pig";
  EXPECT_LT(drawWeight(frame), plain);
  frame = tinyFrame("a", {24, 24, 15, true});
  frame.source = "sunnybrook";
  EXPECT_GT(drawWeight(frame), plain);
}

TEST(BatchSource, PassesOnWhatWentWrongOnItsThread) {
  BatchPlan plan = smallPlan();
  plan.phantomOnlySteps = 10;
  BatchSource source(
      plan, {}, [](std::uint64_t) -> TrainingFrame { throw InputError("no phantom today"); }, 0);
  EXPECT_THROW(source.next(), InputError);
  EXPECT_THROW(BatchSource(plan, {}, {}, 0), InputError);
}

}  // namespace
}  // namespace cmr
