#include "config/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "analysis/errors.h"

namespace cmr {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string section(const std::string& entries) {
  return R"({"Name": "archive", "CMR": {"Package": "/opt/starter")" +
         (entries.empty() ? "" : ", " + entries) + "}}";
}

std::string mistakeInSettings(const std::string& configuration) {
  try {
    parseSettings(configuration);
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Settings, WithoutASectionTheServiceIsOff) {
  EXPECT_FALSE(parseSettings("{}").enable);
  EXPECT_FALSE(parseSettings(R"({"HttpPort": 8042})").enable);
}

TEST(Settings, APackageIsEnoughAndTheRestHasDefaults) {
  const Settings settings = parseSettings(section(""));
  EXPECT_TRUE(settings.enable);
  EXPECT_EQ(settings.packageFolder, "/opt/starter");
  EXPECT_EQ(settings.workerExecutable, "/usr/bin/cmr");
  EXPECT_EQ(settings.workers, 1);
  EXPECT_EQ(settings.threads, 0);
  EXPECT_EQ(settings.niceness, 10);
  EXPECT_EQ(settings.maxAttempts, 4);
  EXPECT_TRUE(settings.storeResults);
  EXPECT_FALSE(settings.readAhead);
  EXPECT_TRUE(settings.reportExperimental.empty());
  EXPECT_TRUE(settings.allowedScripts.empty());
  EXPECT_TRUE(settings.deleteSuperseded);
}

TEST(Settings, TheWorklistsFolderIsAnAbsolutePath) {
  EXPECT_EQ(parseSettings(section(R"("Worklist": {"Folder": "/w"})")).worklist.folder, "/w");
  EXPECT_THAT(mistakeInSettings(section(R"("Worklist": {"Folder": "w"})")),
              HasSubstr("\"Folder\""));
  EXPECT_THAT(mistakeInSettings(section(R"("Worklist": {"Foldr": "/w"})")),
              HasSubstr("there are Enable"));
}

TEST(Settings, ChecksumsOfAllowedScriptsAreReadInLowerCaseAndNothingElseIsTaken) {
  const std::string digits(60, '7');
  const auto entry = [](const std::string& value) {
    return section("\"AllowedScripts\": " + value);
  };
  EXPECT_EQ(parseSettings(entry("[\"" + digits + "AbCf\"]")).allowedScripts,
            std::vector<std::string>{digits + "abcf"});
  for (const std::string& wrong :
       {"[\"" + digits + "\"]", "[\"" + digits + "abcg\"]", "\"" + digits + "abcd\"",
        std::string("[7]"), std::string("[\"*\"]"), std::string("true")}) {
    EXPECT_THAT(mistakeInSettings(entry(wrong)), HasSubstr("SHA-256")) << wrong;
  }
}

TEST(Settings, EveryKeyIsRead) {
  const Settings settings = parseSettings(R"({"CMR": {
    "Enable": false, "Package": "/p", "Packages": {"3t": "/q"}, "WorkerExecutable": "/w", "Database": "/d", "Rules": "/r",
    "Workers": 2, "Threads": 3, "Niceness": 5, "JobDeadlineSeconds": 100, "StartDeadlineSeconds": 101,
    "SilenceLimitSeconds": 99, "MaxAttempts": 2, "FirstBackOffSeconds": 7,
    "LargestBackOffSeconds": 8, "StoreResults": false, "Superseded": "keep", "StudyReport": false,
    "ReportExperimental": ["rv_cavity", "seg_map_sax"],
    "AllowedScripts": ["0000000000000000000000000000000000000000000000000000000000000001"], "DiskFloorMiB": 11, "MemoryFloorMiB": 12,
    "RetentionDays": 13, "AuditDays": 16, "WorkerMemoryMiB": 14, "EditRules": true, "EarlyStart": true,
    "ReadAhead": true,
    "Roles": {"anna": "administrator", "*": "none"}, "UserHeader": "X-Remote-User",
    "Destinations": {"pacs": {"Modality": "PACS"}, "web": {"DicomWeb": "far"}},
    "SendResultsTo": ["pacs"], "DeliveryAttempts": 15,
    "Webhooks": {"desk": {"Url": "https://desk/hook", "On": ["dead"], "Bearer": "t",
                          "Identifiers": true}, "all": {"Url": "http://all"}},
    "Viewers": {"OHIF": "/ohif/viewer?StudyInstanceUIDs={StudyInstanceUID}"}},
    "DicomModalities": {"PACS": ["PACS", "pacs", 104]}, "DicomWeb": {"Servers": {"far": []}}})");
  EXPECT_FALSE(settings.enable);
  EXPECT_EQ(settings.packageFolder, "/p");
  EXPECT_EQ(settings.packages, (std::map<std::string, std::string>{{"3t", "/q"}}));
  EXPECT_EQ(packageNames(settings), std::vector<std::string>{"3t"});
  EXPECT_EQ(settings.workerExecutable, "/w");
  EXPECT_EQ(settings.databaseFolder, "/d");
  EXPECT_EQ(settings.rulesFile, "/r");
  EXPECT_EQ(settings.workers, 2);
  EXPECT_EQ(settings.threads, 3);
  EXPECT_EQ(settings.niceness, 5);
  EXPECT_EQ(settings.jobDeadline.count(), 100);
  EXPECT_EQ(settings.startDeadline.count(), 101);
  EXPECT_EQ(settings.silenceLimit.count(), 99);
  EXPECT_EQ(settings.maxAttempts, 2);
  EXPECT_EQ(settings.firstBackOff.count(), 7);
  EXPECT_EQ(settings.largestBackOff.count(), 8);
  EXPECT_FALSE(settings.storeResults);
  EXPECT_FALSE(settings.deleteSuperseded);
  EXPECT_FALSE(settings.reportStudies);
  EXPECT_EQ(settings.reportExperimental, (std::vector<std::string>{"rv_cavity", "seg_map_sax"}));
  EXPECT_EQ(settings.allowedScripts, std::vector<std::string>{std::string(63, '0') + "1"});
  EXPECT_EQ(settings.diskFloorMiB, 11);
  EXPECT_EQ(settings.memoryFloorMiB, 12);
  EXPECT_EQ(settings.auditDays, 16);
  EXPECT_EQ(settings.retentionDays, 13);
  EXPECT_EQ(settings.workerMemoryMiB, 14);
  EXPECT_TRUE(settings.editRules);
  EXPECT_TRUE(settings.earlyStart);
  EXPECT_TRUE(settings.readAhead);
  EXPECT_EQ(settings.viewers.at("OHIF"), "/ohif/viewer?StudyInstanceUIDs={StudyInstanceUID}");
  EXPECT_EQ(settings.roles, (RoleMap{{"anna", Role::administrator}, {"*", Role::none}}));
  EXPECT_EQ(settings.userHeader, "x-remote-user");
  ASSERT_EQ(settings.destinations.size(), 2U);
  EXPECT_EQ(settings.destinations[1].name, "web");
  EXPECT_EQ(settings.destinations[1].kind, DestinationKind::dicomWeb);
  EXPECT_EQ(settings.destinations[1].target, "far");
  EXPECT_EQ(settings.sendResultsTo, std::vector<std::string>{"pacs"});
  EXPECT_EQ(settings.deliveryAttempts, 15);
  ASSERT_EQ(settings.webhooks.size(), 2U);
  EXPECT_FALSE(settings.webhooks[0].identifiers);
  EXPECT_EQ(settings.webhooks[0].events.size(), 3U);
  EXPECT_EQ(settings.webhooks[1].url, "https://desk/hook");
  EXPECT_EQ(settings.webhooks[1].events, std::vector<std::string>{"dead"});
  EXPECT_EQ(settings.webhooks[1].bearer, "t");
  EXPECT_TRUE(settings.webhooks[1].identifiers);
  EXPECT_EQ(settingsKeys().size(), 36U);
}

TEST(Settings, PackagesHavePlainNamesAndAbsoluteFolders) {
  EXPECT_THAT(mistakeInSettings(section(R"("Packages": ["/q"])")),
              HasSubstr("Packages must be an object"));
  EXPECT_THAT(mistakeInSettings(section(R"("Packages": {"3t": "q"})")),
              HasSubstr("\"3t\" must be an abs"));
  EXPECT_THAT(mistakeInSettings(section(R"("Packages": {"": "/q"})")),
              HasSubstr("has the name \"\""));
  EXPECT_THAT(mistakeInSettings(section(R"("Packages": {"a b": "/q"})")),
              HasSubstr("has the name"));
}

TEST(Settings, TheNamesThatRulesMayGiveAreReadFromTheFileWithTheSectionAlone) {
  const auto names = namesInSection(R"({"CMR": {"Packages": {"3t": "/q"}, "Oops": 1,
      "Destinations": {"pacs": {"Modality": "PACS"}}}})");
  ASSERT_TRUE(names);
  EXPECT_EQ(names->packages, std::vector<std::string>{"3t"});
  EXPECT_EQ(names->destinations, std::vector<std::string>{"pacs"});
  EXPECT_FALSE(namesInSection(R"({"Name": "x"})"));
  EXPECT_THROW(namesInSection(R"({"CMR": {"Packages": 3}})"), InputError);
}

TEST(Settings, AMistypedKeyIsRefusedWithTheOneThatWasMeant) {
  EXPECT_THAT(mistakeInSettings(section(R"("Thread": 2)")),
              HasSubstr(R"(did you mean "Threads"?)"));
  EXPECT_THAT(mistakeInSettings(section(R"("storeresults": true)")),
              HasSubstr(R"(did you mean "StoreResults"?)"));
  EXPECT_THAT(mistakeInSettings(section(R"("Colour": 2)")), HasSubstr(R"(unknown key "Colour")"));
  EXPECT_THAT(mistakeInSettings(section(R"("Colour": 2)")), Not(HasSubstr("did you mean")));
}

TEST(Settings, AllMistakesAreNamedAtOnce) {
  const std::string said =
      mistakeInSettings(section(R"("Threads": "two", "Niceness": -5, "Oops": 1)"));
  EXPECT_THAT(said, HasSubstr("Threads must be a whole number from 0 to 1024"));
  EXPECT_THAT(said, HasSubstr("Niceness must be a whole number from 0 to 19, not -5"));
  EXPECT_THAT(said, HasSubstr("Oops"));
}

TEST(Settings, ValuesOfTheWrongKindOrRangeAreRefused) {
  for (const char* entry : {R"("Enable": 1)",
                            R"("Enable": "true")",
                            R"("Workers": 0)",
                            R"("Workers": 17)",
                            R"("Threads": 2.5)",
                            R"("Threads": 1025)",
                            R"("Threads": 18446744073709551615)",
                            R"("MaxAttempts": 0)",
                            R"("MaxAttempts": null)",
                            R"("Rules": "rules.json")",
                            R"("Rules": 5)",
                            R"("ReportExperimental": true)",
                            R"("ReportExperimental": ["left_atrium"])",
                            R"("ReportExperimental": ["background"])",
                            R"("ReportExperimental": [3])",
                            R"("WorkerExecutable": "")",
                            R"("Database": "/a\u0000b")",
                            R"("DiskFloorMiB": -1)",
                            R"("MemoryFloorMiB": 100000001)",
                            R"("RetentionDays": 36501)",
                            R"("Roles": ["anna"])",
                            R"("Roles": {"anna": "admin"})",
                            R"("Roles": {"anna": true})",
                            R"("Roles": {"": "viewer"})",
                            R"("UserHeader": "X Remote")",
                            R"("UserHeader": "Authorization")",
                            R"("UserHeader": true)",
                            R"("Destinations": ["pacs"])",
                            R"("Destinations": {"a b": {"Modality": "A"}})",
                            R"("Destinations": {"a": {"Modality": "A/B"}})",
                            R"("Destinations": {"a": {"Modality": "A", "Peer": "b"}})",
                            R"("Destinations": {"a": {"Node": "A"}})",
                            R"("SendResultsTo": "pacs")",
                            R"("SendResultsTo": ["pacs"])",
                            R"("DeliveryAttempts": 0)",
                            R"("Webhooks": {"desk": "https://desk"})",
                            R"("Webhooks": {"desk": {}})",
                            R"("Webhooks": {"a b": {"Url": "https://desk"}})",
                            R"("Webhooks": {"desk": {"Url": "file:///etc/passwd"}})",
                            R"("Webhooks": {"desk": {"Url": "https://user:word@desk/"}})",
                            R"("Webhooks": {"desk": {"Url": "https://desk/ x"}})",
                            R"("Webhooks": {"desk": {"Url": "https://desk", "On": []}})",
                            R"("Webhooks": {"desk": {"Url": "https://desk", "On": ["queued"]}})",
                            R"("Webhooks": {"desk": {"Url": "https://desk", "Bearer": "a\r\nb"}})",
                            R"("Webhooks": {"desk": {"Url": "https://desk", "Identifiers": 1}})",
                            R"("Webhooks": {"desk": {"URL": "https://desk"}})",
                            R"("JobDeadlineSeconds": 9)",
                            R"("FirstBackOffSeconds": 100, "LargestBackOffSeconds": 99)",
                            R"("SilenceLimitSeconds": 60, "JobDeadlineSeconds": 59)"}) {
    EXPECT_NE(mistakeInSettings(section(entry)), "accepted") << entry;
  }
}

TEST(Settings, ARoleOrStructureThatDoesNotExistIsRefusedWithTheNearest) {
  EXPECT_THAT(mistakeInSettings(section(R"("Roles": {"anna": "administator"})")),
              HasSubstr(R"(did you mean "administrator"?)"));
  EXPECT_THAT(mistakeInSettings(section(R"("ReportExperimental": ["seg_lge_sacs"])")),
              HasSubstr(R"(did you mean "seg_lge_sax"?)"));
  EXPECT_THAT(mistakeInSettings(section(R"("Roles": {"anna": 3})")),
              Not(HasSubstr("did you mean")));
}

// A long list is cut in a message: what is wrong has to be named, wherever it stands.
TEST(Settings, OfManyEntriesTheOneThatIsWrongIsNamed) {
  std::string roles;
  std::string viewers;
  std::string sums;
  std::string structures;
  for (int i = 0; i < 12; ++i) {
    const std::string name = "name " + std::to_string(i);
    roles += "\"" + name + R"(": "viewer", )";
    viewers += "\"" + name + R"(": "https://site/{StudyInstanceUID}", )";
    sums += "\"" + std::string(64, 'a') + "\", ";
    structures += R"("rv_cavity", )";
  }
  EXPECT_THAT(
      mistakeInSettings(section("\"Roles\": {" + roles + R"("zoe": "boss"})")),
      HasSubstr(
          R"(Roles is refused: "zoe" must be "none", "viewer", "operator" or "administrator", not "boss".)"));
  EXPECT_THAT(mistakeInSettings(section("\"Roles\": {" + roles + R"("": "viewer"})")),
              HasSubstr("Roles is refused: a user has no name."));
  EXPECT_THAT(mistakeInSettings(section("\"Viewers\": {" + viewers + R"("OHIF": "javascript:x"})")),
              HasSubstr(R"(Viewers is refused: "OHIF" must be an address)"));
  EXPECT_THAT(mistakeInSettings(section("\"AllowedScripts\": [" + sums + R"("abc"])")),
              HasSubstr(R"(AllowedScripts is refused: entry 13 must be a SHA-256 checksum)"));
  EXPECT_THAT(
      mistakeInSettings(section("\"ReportExperimental\": [" + structures + R"("left_atrium"])")),
      HasSubstr(
          R"(ReportExperimental is refused: entry 13 must be "lv_cavity", "lv_myocardium", )"));
  EXPECT_THAT(mistakeInSettings(section(R"("Webhooks": {"a": {"Url": "https://x"}, "desk": 3})")),
              HasSubstr(R"(Webhooks is refused: "desk")"));
}

TEST(Settings, ASectionWhoseNameIsMistypedIsFound) {
  EXPECT_EQ(parseSettings(R"({"Cmr": {"Package": "/p"}})").sectionMeant, "Cmr");
  EXPECT_EQ(parseSettings(R"({"CMRI": {"Package": "/p"}, "Name": "x"})").sectionMeant, "CMRI");
  EXPECT_EQ(parseSettings(R"({"Name": "CMR", "Plugins": []})").sectionMeant, "");
  EXPECT_EQ(parseSettings(R"({"CMR": {"Enable": false}, "Cmr": {}})").sectionMeant, "");
}

TEST(Settings, ADestinationThatTheArchiveDoesNotHaveIsRefusedWithTheNearest) {
  const auto with = [](const std::string& entries, const std::string& own) {
    return R"({"CMR": {"Package": "/p", )" + entries + "}, " + own + "}";
  };
  const std::string toPacs = R"("Destinations": {"pacs": {"Modality": "PACS"}})";
  EXPECT_EQ(mistakeInSettings(with(toPacs, R"("DicomModalities": {"PACS": []})")), "accepted");
  EXPECT_THAT(mistakeInSettings(with(toPacs, R"("DicomModalities": {"PAX": [], "PACS1": []})")),
              HasSubstr(R"(Modality "PACS", which DicomModalities do not have; did you mean )"));
  EXPECT_EQ(mistakeInSettings(with(toPacs, R"("DicomModalitiesInDatabase": true)")), "accepted");
  EXPECT_THAT(mistakeInSettings(with(R"("Destinations": {"m": {"Peer": "anothr"}})",
                                     R"("OrthancPeers": {"another": []})")),
              HasSubstr(R"(did you mean "another"?)"));
  EXPECT_THAT(mistakeInSettings(with(R"("Destinations": {"w": {"DicomWeb": "far"}})", R"("x": 1)")),
              HasSubstr("which the servers of DicomWeb do not have"));
  EXPECT_THAT(mistakeInSettings(with(toPacs + R"(, "SendResultsTo": ["pac"])",
                                     R"("DicomModalities": {"PACS": []})")),
              HasSubstr(R"(did you mean "pacs"?)"));
  EXPECT_THAT(
      mistakeInSettings(with(toPacs, R"("DicomModalities": {"PACS": []}, "JobsHistorySize": 0)")),
      HasSubstr("JobsHistorySize"));
}

TEST(Settings, AMistakeInAWebhookNeverRepeatsItsToken) {
  const std::string said = mistakeInSettings(
      section(R"("Webhooks": {"desk": {"Url": "ftp://desk", "Bearer": "secret-token"}})"));
  EXPECT_THAT(said, HasSubstr("Url"));
  EXPECT_THAT(said, Not(HasSubstr("secret-token")));
}

TEST(Settings, AnEnabledServiceNeedsAPackage) {
  EXPECT_THAT(mistakeInSettings(R"({"CMR": {}})"), HasSubstr("Package is missing"));
  EXPECT_FALSE(parseSettings(R"({"CMR": {"Enable": false}})").enable);
}

TEST(Settings, BrokenJsonIsRefusedWithItsPlace) {
  EXPECT_THAT(mistakeInSettings("{\n\"CMR\": {,}}"), HasSubstr("line 2"));
  EXPECT_THAT(mistakeInSettings("[]"), HasSubstr("not a JSON object"));
  EXPECT_THAT(mistakeInSettings(R"({"CMR": 5})"), HasSubstr("must be an object"));
  EXPECT_THAT(mistakeInSettings(section(R"("Threads": 1, "Threads": 2)")),
              HasSubstr("given twice"));
}

// The documentation's table has a row for each key, and none for anything else.
TEST(Settings, EveryKeyIsDocumented) {
  std::ifstream page(std::string(CMR_DOCS) + "/configuration.md");
  ASSERT_TRUE(page.is_open());
  std::vector<std::string> documented;
  for (std::string line; std::getline(page, line);) {
    if (line.rfind("| `", 0) != 0) continue;
    documented.push_back(line.substr(3, line.find('`', 3) - 3));
  }
  EXPECT_THAT(documented, ::testing::UnorderedElementsAreArray(settingsKeys()));
}

// As Orthanc decides it: remote access without a word about users has them.
TEST(Settings, ItIsKnownWhetherTheArchiveAsksForUsers) {
  const auto asks = [](const std::string& configuration) {
    return parseSettings(configuration).archiveAuthenticates;
  };
  EXPECT_FALSE(asks("{}"));
  EXPECT_TRUE(asks(R"({"AuthenticationEnabled": true})"));
  EXPECT_TRUE(asks(R"({"RemoteAccessAllowed": true})"));
  EXPECT_FALSE(asks(R"({"RemoteAccessAllowed": true, "AuthenticationEnabled": false})"));
  EXPECT_TRUE(asks(R"({"AuthenticationEnabled": true, "CMR": {"Package": "/p"}})"));
}

TEST(Settings, ViewersAreAddressesThatABrowserOpensAsPages) {
  for (const char* address : {"javascript:alert('{StudyInstanceUID}')", "https://site/viewer",
                              "//elsewhere/{StudyInstanceUID}", "data:{StudyInstanceUID}", ""}) {
    EXPECT_THAT(mistakeInSettings(section(R"("Viewers": {"V": ")" + std::string(address) + "\"}")),
                HasSubstr(R"(Viewers is refused: "V" must be an address)"))
        << address;
  }
  EXPECT_THAT(mistakeInSettings(section(R"("Viewers": ["https://site/{StudyInstanceUID}"])")),
              HasSubstr("Viewers must be"));
  EXPECT_EQ(mistakeInSettings(section(R"("Viewers": {"V": "https://site/{StudyInstanceUID}"})")),
            "accepted");
}

TEST(Settings, OnlyAFileOfRulesCanBeEdited) {
  EXPECT_THAT(mistakeInSettings(section(R"("EditRules": true)")),
              HasSubstr("EditRules needs Rules"));
}

}  // namespace
}  // namespace cmr
