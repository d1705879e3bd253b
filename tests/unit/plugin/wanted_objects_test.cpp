#include "plugin/wanted_objects.h"

#include <gtest/gtest.h>

namespace cmr {
namespace {

std::string kept(const std::vector<std::string>& outputs) {
  const std::vector<ProducedObject> all{{ObjectKind::segmentation, "", "seg1", "", ""},
                                        {ObjectKind::segmentation, "", "seg2", "", ""},
                                        {ObjectKind::resultPage, "", "sc", "", ""},
                                        {ObjectKind::contourCine, "", "cine", "", ""},
                                        {ObjectKind::document, "", "pdf", "", ""},
                                        {ObjectKind::volumeReport, "", "volumes", "", ""},
                                        {ObjectKind::structuredReport, "", "sr", "", ""}};
  std::string names;
  for (const ProducedObject& object : wantedObjects(all, outputs)) {
    names += object.SOPInstanceUID + " ";
  }
  return names;
}

TEST(WantedObjects, AreAllOfThemOrThoseThatTheRuleNamesInTheOrderOfStoring) {
  EXPECT_EQ(kept({}), "seg1 seg2 sc cine pdf sr ");
  EXPECT_EQ(kept({"SR", "SEG"}), "seg1 seg2 sr ");
  EXPECT_EQ(kept({"SC"}), "sc ");
  EXPECT_EQ(kept({"PDF"}), "pdf ");
  EXPECT_EQ(kept({"VOLUMES", "SR", "SEG"}), "seg1 seg2 volumes sr ");
}

}  // namespace
}  // namespace cmr
