#include "plugin/study_biplane.h"

#include <gmock/gmock.h>

#include <cmath>
#include <numbers>

#include "plugin/chamber_json.h"

namespace cmr {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

// Half an ellipsoid cut along its axis, base at its widest: what discs and area-length are exact
// for.
ChamberShape halfEllipse(double radiusMm, double lengthMm) {
  ChamberShape shape;
  shape.lengthMm = lengthMm;
  shape.areaMm2 = std::numbers::pi * radiusMm * lengthMm / 2;
  for (std::size_t i = 0; i < shape.widthMm.size(); ++i) {
    const double height = (static_cast<double>(i) + 0.5) / longAxisDiscs;
    shape.widthMm[i] = 2 * radiusMm * std::sqrt(1 - height * height);
  }
  return shape;
}

double halfEllipsoidMl(double a, double b, double length) {
  return 2.0 / 3 * std::numbers::pi * a * b * length / 1000;
}

ChamberCycle cycle(double radiusMm, double lengthMm, double shrink) {
  return {halfEllipse(radiusMm, lengthMm), halfEllipse(radiusMm * shrink, lengthMm * shrink), 0, 9};
}

StudyReport::Best view(const std::string& what, double excursionMm) {
  StudyReport::Best best;
  best.task = "seg_cine_lax";
  best.what = what;
  best.jobId = "job of " + what;
  best.name = what;
  best.numbers = {{"lax.mapse", "excursion", "mm", "good", "", excursionMm},
                  {"lax.la.max", "LA volume", "mL", "uncertain", "", 60},
                  {"lax.la.min", "LA volume", "mL", "uncertain", "", 30}};
  return best;
}

class StudyBiplane : public testing::Test {
 protected:
  std::optional<StudyReport::Best> both() { return biplaneVolumes(best, chambers); }

  static const StudyReport::Number& number(const StudyReport::Best& of, const std::string& id) {
    for (const StudyReport::Number& one : of.numbers) {
      if (one.id == id) return one;
    }
    throw std::out_of_range(id);
  }

  std::vector<StudyReport::Best> best{view("Two-chamber cine", 12), view("Four-chamber cine", 16)};
  std::map<std::string, LongAxisChambers> chambers{
      {best[0].jobId, {cycle(20, 90, 0.7), cycle(22, 50, 0.6)}},
      {best[1].jobId, {cycle(28, 90, 0.7), cycle(26, 48, 0.6)}}};
};

TEST_F(StudyBiplane, IsTheVolumeOfAnEllipsoidWithTwoDifferentAxes) {
  const auto found = both();
  ASSERT_TRUE(found);
  EXPECT_NEAR(number(*found, "lax.lv.edv").value.value(), halfEllipsoidMl(20, 28, 90), 0.5);
  EXPECT_NEAR(number(*found, "lax.lv.esv").value.value(), halfEllipsoidMl(14, 19.6, 63), 0.2);
  EXPECT_NEAR(number(*found, "lax.lv.ef").value.value(), 100 * (1 - 0.7 * 0.7 * 0.7), 0.1);
  EXPECT_NEAR(number(*found, "lax.la.max").value.value(), halfEllipsoidMl(22, 26, 50), 1e-6);
  EXPECT_EQ(number(*found, "lax.mapse").value, 14);
  EXPECT_EQ(number(*found, "lax.lv.ef").quality, "good");
}

TEST_F(StudyBiplane, DoesNotDependOnWhichViewIsWhich) {
  const auto there = both();
  std::swap(chambers[best[0].jobId], chambers[best[1].jobId]);
  EXPECT_NEAR(number(*both(), "lax.lv.edv").value.value(),
              number(*there, "lax.lv.edv").value.value(), 1e-9);
}

TEST_F(StudyBiplane, IsNothingOfOneViewOrOfResultsThatKeptNoChambers) {
  chambers.erase(best[1].jobId);
  EXPECT_FALSE(both());
  best.pop_back();
  EXPECT_FALSE(both());
}

TEST_F(StudyBiplane, SaysWhichViewLacksAChamber) {
  chambers[best[1].jobId].leftAtrium.reset();
  const auto found = both();
  EXPECT_FALSE(number(*found, "lax.la.max").value);
  EXPECT_THAT(number(*found, "lax.la.max").reason, HasSubstr("left atrium"));
  EXPECT_THAT(number(*found, "lax.la.max").reason, HasSubstr("of the four-chamber cine"));
  EXPECT_TRUE(number(*found, "lax.lv.ef").value);
}

TEST_F(StudyBiplane, DoubtsPlanesOfDifferentLengthAndWhatTheSiteTurnedOn) {
  chambers[best[0].jobId].leftVentricle = cycle(20, 75, 0.7);
  const auto shortened = both();
  EXPECT_EQ(number(*shortened, "lax.lv.edv").quality, "uncertain");
  EXPECT_THAT(number(*shortened, "lax.lv.ef").reason, HasSubstr("foreshortened"));
  EXPECT_THAT(number(*shortened, "lax.la.max").reason, Not(HasSubstr("foreshortened")));
  best[1].doubts = {"warning: These outlines and numbers are experimental."};
  const auto experimental = both();
  EXPECT_THAT(number(*experimental, "lax.la.max").reason, HasSubstr("experimental"));
}

TEST_F(StudyBiplane, NeverTrustsAnAtriumOfPlanesThroughTheVentricle) {
  for (const char* id : {"lax.la.max", "lax.la.min"}) {
    EXPECT_EQ(number(*both(), id).quality, "uncertain");
    EXPECT_THAT(number(*both(), id).reason, HasSubstr("which makes it too small"));
  }
}

TEST_F(StudyBiplane, SaysNothingOfAnAtriumThatThePackageKeepsBack) {
  best[1].numbers.resize(1);
  chambers[best[1].jobId].leftAtrium.reset();
  const auto found = both();
  for (const StudyReport::Number& one : found->numbers) {
    EXPECT_THAT(one.id, Not(HasSubstr("lax.la")));
    EXPECT_THAT(one.reason, Not(HasSubstr("atrium")));
  }
  EXPECT_TRUE(number(*found, "lax.lv.ef").value);
}

TEST_F(StudyBiplane, CarriesWhatIsDoubtedOfEitherViewAndBothPackages) {
  best[0].doubts = {"warning: It looks strange.", "warning: The head is reserved."};
  best[1].doubts = {"serious: Half of it is missing.", "warning: The head is reserved."};
  best[0].package = "starter 1";
  best[1].package = "starter 2";
  const auto found = both();
  EXPECT_EQ(found->doubts.size(), 3U);
  EXPECT_EQ(found->package, "starter 1 and starter 2");
  for (const StudyReport::Number& one : found->numbers) {
    if (!one.value) continue;
    EXPECT_EQ(one.quality, "uncertain") << one.id;
    EXPECT_THAT(one.reason, HasSubstr("It looks strange. The head is reserved. Half of it"));
  }
}

TEST(ChamberJson, KeepsWhatVolumesAreMadeOf) {
  const ChamberCycle before = cycle(20, 90, 0.7);
  const auto after = chamberFromJson(Json::parse(chamberJson(before).dump()));
  ASSERT_TRUE(after);
  EXPECT_EQ(discsMl(after->largest), discsMl(before.largest));
  EXPECT_EQ(areaLengthMl(after->smallest), areaLengthMl(before.smallest));
  EXPECT_TRUE(chamberJson(std::nullopt).is_null());
}

TEST(ChamberJson, TakesNothingThatIsNoChamber) {
  const Json good = chamberJson(cycle(20, 90, 0.7));
  for (const char* const pointer :
       {"/largest", "/smallest", "/largest/areaMm2", "/smallest/lengthMm", "/largest/widthsMm"}) {
    for (const Json& wrong : {Json(), Json("text"), Json(-1), Json::array({1, 2})}) {
      Json broken = good;
      broken[Json::json_pointer(pointer)] = wrong;
      EXPECT_FALSE(chamberFromJson(broken)) << pointer << " " << wrong;
    }
  }
  EXPECT_FALSE(chamberFromJson(Json("text")));
  EXPECT_FALSE(chamberFromJson(Json()));
}

}  // namespace
}  // namespace cmr
