#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "analysis/errors.h"
#include "config/rules.h"
#include "plugin/service.h"
#include "tests/support/job_store_fixture.h"

namespace cmr {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string refusal(const std::filesystem::path& rules, const std::string& configuration) {
  Settings settings;
  settings.rulesFile = rules.string();
  settings.packageFolder = "/nowhere/package";
  try {
    planService(settings, {"/tmp", "/tmp", configuration}, [](LogLevel, const std::string&) {});
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

// Orthanc reads every JSON file of its folder, and ends when one is broken.
TEST(ServicePlan, RulesAmongTheSettingsOfTheArchiveAreRefused) {
  const test::TemporaryFolder folder(true);
  const std::filesystem::path own = folder.path() / "orthanc";
  std::filesystem::create_directories(own / "rules");
  std::filesystem::create_directory_symlink(own, folder.path() / "link");
  for (const char* name : {"rules.json", "rules.cmr", "rules/rules.json"}) {
    std::ofstream(own / name) << shippedRulesText();
  }
  const char* const told = "lies in the folder of Orthanc's configuration";
  EXPECT_THAT(refusal(own / "rules.json", own.string()), HasSubstr(told));
  EXPECT_THAT(refusal(own / "rules.json", (folder.path() / "link").string()), HasSubstr(told));
  EXPECT_THAT(refusal(own / "rules.json", ""), Not(HasSubstr(told)))
      << "it was started with a file";
  EXPECT_THAT(refusal(own / "rules.cmr", own.string()), Not(HasSubstr(told)));
  EXPECT_THAT(refusal(own / "rules/rules.json", own.string()), Not(HasSubstr(told)));
  EXPECT_THAT(refusal("", own.string()), HasSubstr("/nowhere/package"));
}

}  // namespace
}  // namespace cmr
