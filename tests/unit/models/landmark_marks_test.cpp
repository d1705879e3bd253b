#include "models/landmark_marks.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "analysis/errors.h"
#include "tests/support/test_folder.h"

namespace cmr {
namespace {

class MarkTable : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string write(const std::string& text) const {
    const std::string path = (folder_ / "marks.csv").string();
    std::ofstream(path) << text;
    return path;
  }
  std::filesystem::path folder_ = test::ownFolder();
};

TEST_F(MarkTable, GivesEachFrameItsLandmarks) {
  const LandmarkMarks marks = readLandmarkMarks(
      write("frame,landmark,column,row\na,lv_apex,10.5,20\na,mitral_annulus_1,3,4\n"));
  ASSERT_EQ(marks.at("a").size(), 2U);
  EXPECT_EQ(marks.at("a").at("lv_apex").column, 10.5);
  EXPECT_EQ(marks.at("a").at("lv_apex").row, 20);
}

TEST_F(MarkTable, NamesTheLineThatItCannotUse) {
  for (const char* line : {"a,lv_apex,1", "a,nose,1,2", "a,lv_apex,1,2mm", "a,lv_apex,,2"}) {
    try {
      readLandmarkMarks(write(std::string("frame,landmark,column,row\n") + line + "\n"));
      ADD_FAILURE() << line;
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find("line 2"), std::string::npos) << error.what();
    }
  }
  EXPECT_THROW(readLandmarkMarks(write("a,lv_apex,1,2\n")), InputError);
  EXPECT_THROW(readLandmarkMarks((folder_ / "absent.csv").string()), InputError);
}

}  // namespace
}  // namespace cmr
