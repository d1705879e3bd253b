#include "analysis/site_release.h"

#include <gtest/gtest.h>

#include "analysis/errors.h"

namespace cmr {
namespace {

PackageIdentity package() {
  PackageIdentity identity;
  identity.release = {"report", "report", "flag", "off"};
  return identity;
}

TEST(SiteRelease, TurnsOnWhatThePackageKeepsBack) {
  PackageIdentity identity = package();
  turnOn(identity, {"rv_cavity"});
  EXPECT_EQ(identity.release[3], "site");
  EXPECT_EQ(turnedOnNames(identity), "rv_cavity");
}

TEST(SiteRelease, LeavesWhatThePackageReleasesAsItIs) {
  PackageIdentity identity = package();
  turnOn(identity, {"lv_cavity", "lv_myocardium"});
  EXPECT_EQ(identity.release, package().release);
  EXPECT_EQ(turnedOnNames(identity), "");
}

TEST(SiteRelease, RefusesAStructureThatNobodyKnows) {
  PackageIdentity identity = package();
  EXPECT_THROW(turnOn(identity, {"left_atrium"}), InputError);
  EXPECT_THROW(turnOn(identity, {"background"}), InputError);
}

TEST(SiteRelease, TurnsOnTheHeadOfATaskAsAWholeAndNothingElse) {
  HeadDescription head;
  head.task = "seg_map_sax";
  head.classes = {{"lv_cavity", "phantom", "off"}, {"lv_myocardium", "both", "report"}};
  PackageIdentity identity = package();
  EXPECT_NO_THROW(turnOn(identity, {"seg_map_sax"}));
  EXPECT_EQ(identity.release, package().release);
  const PackageIdentity off = identityOf(identity, head, {"seg_lge_sax", "rv_cavity"});
  EXPECT_EQ(off.release[1], "off");
  const PackageIdentity on = identityOf(identity, head, {"seg_map_sax"});
  EXPECT_EQ(on.release[1], "site");
  EXPECT_EQ(on.evidence[1], "phantom");
  EXPECT_EQ(on.release[2], "report");
  EXPECT_EQ(on.release[3], "off") << "a structure that the head does not draw";
}

TEST(SiteRelease, TheAtriumThatIsKeptBackSpeaksForBoth) {
  HeadDescription head;
  head.task = "seg_cine_lax";
  head.classes = {{"lv_cavity", "real", "report"},
                  {"left_atrium", "phantom", "off"},
                  {"right_atrium", "real", "flag"}};
  EXPECT_EQ(identityOf(package(), head, {}).release[atriaPlace], "off");
  EXPECT_EQ(identityOf(package(), head, {}).evidence[atriaPlace], "phantom");
  const PackageIdentity on = identityOf(package(), head, {"seg_cine_lax"});
  EXPECT_EQ(on.release[atriaPlace], "site");
  EXPECT_EQ(turnedOnNames(on), "atria");
  head.classes.pop_back();
  head.classes.back().release = "report";
  EXPECT_EQ(identityOf(package(), head, {}).release[atriaPlace], "report");
}

}  // namespace
}  // namespace cmr
