#include "plugin/archive_answers.h"

#include <gmock/gmock.h>

#include "analysis/errors.h"

namespace cmr {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

TEST(ArchiveAnswers, ChangesKeepTheirOrderAndKind) {
  const ChangePage page = parseChanges(R"({"Changes": [
      {"ChangeType": "NewInstance", "ID": "i", "Seq": 5, "ResourceType": "Instance"},
      {"ChangeType": "StableSeries", "ID": "s", "Seq": 6, "ResourceType": "Series"},
      {"ChangeType": "StableStudy", "ID": "t", "Seq": 7, "ResourceType": "Study"},
      {"ChangeType": "UpdatedMetadata", "ID": "s", "Seq": 8, "ResourceType": "Series"}],
      "Done": false, "Last": 8})");
  ASSERT_EQ(page.changes.size(), 4U);
  EXPECT_EQ(page.changes[0].kind, ChangeKind::newInstance);
  EXPECT_EQ(page.changes[1].kind, ChangeKind::stableSeries);
  EXPECT_EQ(page.changes[1].resource, "s");
  EXPECT_EQ(page.changes[1].sequence, 6);
  EXPECT_EQ(page.changes[2].kind, ChangeKind::stableStudy);
  EXPECT_EQ(page.changes[3].kind, ChangeKind::other);
  EXPECT_EQ(page.last, 8);
  EXPECT_FALSE(page.done);
}

TEST(ArchiveAnswers, SequencesOfTagsAreLeftOut) {
  const InstanceTags tags = parseTags(R"({"Modality": "MR", "Rows": "256", "PixelData": null,
      "ReferencedImageSequence": [{"ReferencedSOPInstanceUID": "1.2"}]})");
  EXPECT_THAT(tags.values, UnorderedElementsAre(Pair("Modality", "MR"), Pair("Rows", "256")));
  EXPECT_FALSE(tags.writtenByUs);
}

TEST(ArchiveAnswers, OurModelNameMarksWhatWeWrote) {
  EXPECT_TRUE(parseTags(R"({"ManufacturerModelName": "Orthanc CMR"})").writtenByUs);
}

TEST(ArchiveAnswers, OurEntryAmongTheContributingEquipmentMarksWhatWeWrote) {
  EXPECT_TRUE(parseTags(R"({"ManufacturerModelName": "Scanner", "ContributingEquipmentSequence":
      [{"ManufacturerModelName": "Another"}, {"ManufacturerModelName": "Orthanc CMR"}]})")
                  .writtenByUs);
}

TEST(ArchiveAnswers, AnInstanceWithoutIndexedGeometryHasNone) {
  const auto instances = parseInstances(R"([{"ID": "i", "FileSize": 1234, "MainDicomTags":
      {"SOPInstanceUID": "1.2.3", "NumberOfFrames": "30"}}])");
  ASSERT_EQ(instances.size(), 1U);
  EXPECT_EQ(instances[0].SOPInstanceUID, "1.2.3");
  EXPECT_EQ(instances[0].ImagePositionPatient, "");
  EXPECT_EQ(instances[0].numberOfFrames, 30);
  EXPECT_EQ(instances[0].bytes, 1234U);
}

TEST(ArchiveAnswers, AlreadyStoredIsSuccess) {
  const StoredInstance stored = parseStored(R"({"ID": "i", "ParentSeries": "s",
      "ParentStudy": "t", "ParentPatient": "p", "Status": "AlreadyStored"})");
  EXPECT_TRUE(stored.already);
  EXPECT_EQ(stored.studyId, "t");
}

TEST(ArchiveAnswers, AnObjectThatTheArchiveFilteredOutIsNotStored) {
  EXPECT_THROW(parseStored(R"({"ID": "i", "ParentSeries": "s", "ParentStudy": "t",
      "Status": "FilteredOut"})"),
               ResourceError);
}

TEST(ArchiveAnswers, AnythingElseIsAnErrorAndNotAGuess) {
  EXPECT_THROW(parseChanges("not JSON"), ResourceError);
  EXPECT_THROW(parseSeries(R"({"ID": 5})"), ResourceError);
  EXPECT_THROW(parseInstances(R"({"an": "object"})"), ResourceError);
  EXPECT_THROW(parseIdentifiers(R"([1, 2])"), ResourceError);
}

TEST(ArchiveAnswers, ALookupKeepsInstancesOnly) {
  EXPECT_THAT(parseLookup(R"([{"ID": "s", "Path": "/series/s", "Type": "Series"},
      {"ID": "i", "Path": "/instances/i", "Type": "Instance"}])",
                          "Instance"),
              ElementsAre("i"));
}

TEST(ArchiveAnswers, ASeriesKnowsItsStudyAndInstances) {
  const ArchivedSeries series = parseSeries(R"({"ID": "s", "ParentStudy": "t", "IsStable": true,
      "Instances": ["a", "b"], "MainDicomTags": {"SeriesInstanceUID": "1.2", "Modality": "MR"}})");
  EXPECT_EQ(series.studyId, "t");
  EXPECT_EQ(series.Modality, "MR");
  EXPECT_TRUE(series.stable);
  EXPECT_THAT(series.instanceIds, ElementsAre("a", "b"));
}

TEST(ArchiveAnswers, TheTimeOfReceptionIsInUtcToTheSecond) {
  EXPECT_EQ(parseReception("20261128T061500"), 1795846500000);
  EXPECT_FALSE(parseReception(""));
  EXPECT_FALSE(parseReception("yesterday"));
}

TEST(ArchiveAnswers, AFileIsOursByItsIdentityItsStudyAndItsMark) {
  const auto problem = [](const std::string& uid, const std::string& study,
                          const std::string& model) {
    return whyTagsAreNotOurs(R"({"SOPInstanceUID": ")" + uid + R"(", "StudyInstanceUID": ")" +
                                 study + R"(", "ManufacturerModelName": ")" + model + "\"}",
                             "1.1", "1.2");
  };
  EXPECT_EQ(problem("1.1", "1.2", "Orthanc CMR"), "");
  EXPECT_NE(problem("1.9", "1.2", "Orthanc CMR"), "");
  EXPECT_NE(problem("1.1", "1.9", "Orthanc CMR"), "");
  EXPECT_NE(problem("1.1", "1.2", "a scanner"), "");
  EXPECT_NE(whyTagsAreNotOurs("{}", "", ""), "");
}

}  // namespace
}  // namespace cmr
