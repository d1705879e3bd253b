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

}  // namespace
}  // namespace cmr
