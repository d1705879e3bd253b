#include "dicom_sr/worklist_file.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>

#include "analysis/errors.h"
#include "dicom_sr/dicom_log.h"
#include "tests/support/test_folder.h"

namespace cmr {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string bytesOf(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class WorklistFileTest : public ::testing::Test {
 protected:
  WorklistFileTest() : folder(test::ownFolder()) { silenceDicomLibrary(); }

  // An exam as a hospital's system writes it, with what `change` makes of it.
  std::filesystem::path write(
      const std::string& name,
      const std::function<void(DcmDataset&)>& change = [](DcmDataset&) {}) {
    DcmFileFormat format;
    DcmDataset& data = *format.getDataset();
    const auto put = [](DcmItem& item, const DcmTagKey& tag, const char* value) {
      item.putAndInsertString(tag, value);
    };
    put(data, DCM_SpecificCharacterSet, "ISO_IR 100");
    put(data, DCM_SOPClassUID, UID_FINDModalityWorklistInformationModel);
    put(data, DCM_SOPInstanceUID, "1.2.3");
    put(data, DCM_PatientName, "M\xfcller^J\xf6rg");
    put(data, DCM_PatientID, "4711");
    put(data, DCM_AccessionNumber, "A1");
    DcmItem* step = nullptr;
    data.findOrCreateSequenceItem(DCM_ScheduledProcedureStepSequence, step, 0);
    put(*step, DCM_Modality, "MR");
    put(*step, DCM_ScheduledProcedureStepStartDate, "20990131");
    DcmItem* code = nullptr;
    step->findOrCreateSequenceItem(DCM_ScheduledProtocolCodeSequence, code, 0);
    put(*code, DCM_CodeValue, "HEART");
    put(*code, DCM_CodeMeaning, "Heart, cine");
    change(data);
    const auto path = folder / name;
    format.saveFile(path.c_str(), EXS_LittleEndianExplicit, EET_ExplicitLength);
    return path;
  }
  static std::string refusal(const std::string& bytes) {
    try {
      readWorklistFile(bytes);
      return {};
    } catch (const InputError& error) {
      return error.what();
    }
  }

  std::filesystem::path folder;
};

TEST_F(WorklistFileTest, TextsComeInUtf8FromDataSetStepAndCodes) {
  const WorklistFile file = readWorklistFile(bytesOf(write("a.wl")));
  EXPECT_EQ(file.values.at("PatientName"), "Müller^Jörg");
  EXPECT_EQ(file.values.at("Modality"), "MR");
  EXPECT_EQ(file.values.at("ScheduledProcedureStepStartDate"), "20990131");
  ASSERT_EQ(file.codes.size(), 1U);
  EXPECT_EQ(file.codes[0].at("CodeMeaning"), "Heart, cine");
}

// The step comes last: whatever is cut off, something that is needed is missing.
TEST_F(WorklistFileTest, AFileThatIsCutOffAnywhereIsRefused) {
  const std::string whole = bytesOf(write("a.wl"));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    ASSERT_NE(refusal(whole.substr(0, size)), "") << size << " of " << whole.size() << " bytes";
  }
}

TEST_F(WorklistFileTest, TextsInAnotherCharacterSetThanIsNamedAreRefused) {
  const auto withCharacterSet = [&](const char* name) {
    return refusal(bytesOf(write("a.wl", [&](DcmDataset& data) {
      data.putAndInsertString(DCM_SpecificCharacterSet, name);
    })));
  };
  EXPECT_THAT(withCharacterSet(""), HasSubstr("names no character set"));
  EXPECT_THAT(withCharacterSet("ISO_IR 6"), HasSubstr("names no character set"));
  EXPECT_THAT(withCharacterSet("ISO_IR 192"), HasSubstr("character set"));  // it is Latin-1
  EXPECT_THAT(withCharacterSet("KLINGON"), HasSubstr("KLINGON"));
}

TEST_F(WorklistFileTest, OneFileHoldsOneStep) {
  EXPECT_THAT(refusal(bytesOf(write("a.wl",
                                    [](DcmDataset& data) {
                                      data.findAndDeleteElement(DCM_ScheduledProcedureStepSequence);
                                    }))),
              HasSubstr("no ScheduledProcedureStepSequence"));
  EXPECT_THAT(refusal(bytesOf(write("a.wl",
                                    [](DcmDataset& data) {
                                      DcmItem* second = nullptr;
                                      data.findOrCreateSequenceItem(
                                          DCM_ScheduledProcedureStepSequence, second, 1);
                                    }))),
              HasSubstr("one file, one step"));
  EXPECT_THAT(refusal("no DICOM at all"), HasSubstr("not a DICOM file"));
}

TEST_F(WorklistFileTest, OfAFolderOnlyPlainFilesOfTheNameAreOpened) {
  write("b.wl");
  write("not-one.dcm");
  std::filesystem::create_directory(folder / "folder.wl");
  std::filesystem::create_symlink("/etc/passwd", folder / "link.wl");
  std::filesystem::create_directory(folder / "below");
  write("below/c.wl");
  std::ofstream(folder / "large.wl") << std::string(largestWorklistFile + 1, 'x');
  const auto all = readWorklistFolder(folder.string());
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[0].name, "b.wl");
  EXPECT_THAT(all[0].error, IsEmpty());
  EXPECT_THAT(all[1].error, HasSubstr("no plain file"));
  EXPECT_THAT(all[2].error, HasSubstr("larger than 1 MiB"));
  EXPECT_THAT(all[3].error, HasSubstr("link"));
  EXPECT_THROW(readWorklistFolder((folder / "none").string()), InputError);
}

}  // namespace
}  // namespace cmr
