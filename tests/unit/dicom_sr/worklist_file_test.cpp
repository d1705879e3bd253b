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
  EXPECT_THAT(withCharacterSet("\\ISO 2022 IR 87"), HasSubstr("not in the character set"));
}

TEST_F(WorklistFileTest, ACharacterSetThatCannotBeReadIsNamed) {
  for (const char* name : {"KLINGON", "ISO 2022 IR 13\\ISO 2022 IR 87", "ISO 2022 IR 87"}) {
    EXPECT_EQ(
        refusal(bytesOf(write(
            "a.wl",
            [&](DcmDataset& data) { data.putAndInsertString(DCM_SpecificCharacterSet, name); }))),
        "this program cannot read the character set that it names, \"" + std::string(name) + "\"");
  }
}

TEST_F(WorklistFileTest, OfAsciiAloneAnyCharacterSetWillDo) {
  for (const char* name : {"", "ISO_IR 6", "ISO 2022 IR 6", "\\ISO 2022 IR 87",
                           "ISO 2022 IR 13\\ISO 2022 IR 87", "ISO 2022 IR 100", "KLINGON"}) {
    const WorklistFile file = readWorklistFile(bytesOf(write("a.wl", [&](DcmDataset& data) {
      data.putAndInsertString(DCM_SpecificCharacterSet, name);
      data.putAndInsertString(DCM_PatientName, "Doe^Jane");
    })));
    EXPECT_EQ(file.values.at("PatientName"), "Doe^Jane") << name;
  }
}

TEST_F(WorklistFileTest, ASingleSetMayBeNamedAsOneWithExtensions) {
  const WorklistFile file = readWorklistFile(bytesOf(write("a.wl", [](DcmDataset& data) {
    data.putAndInsertString(DCM_SpecificCharacterSet, "ISO 2022 IR 100");
  })));
  EXPECT_EQ(file.values.at("PatientName"), "Müller^Jörg");
}

// Names by the examples of PS3.5 I.2 and K.2.
TEST_F(WorklistFileTest, KoreanAndChineseNamesAreRead) {
  const auto nameIn = [&](const char* set, const char* name) {
    return readWorklistFile(bytesOf(write("a.wl",
                                          [&](DcmDataset& data) {
                                            data.putAndInsertString(DCM_SpecificCharacterSet, set);
                                            data.putAndInsertString(DCM_PatientName, name);
                                          })))
        .values.at("PatientName");
  };
  EXPECT_EQ(nameIn("\\ISO 2022 IR 149",
                   "Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C"
                   "\xb1\xe6\xb5\xbf"),
            "Hong^Gildong=洪^吉洞=홍^길동");
  EXPECT_EQ(nameIn("\\ISO 2022 IR 58", "Zhang^XiaoDong=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab"),
            "Zhang^XiaoDong=张^小东");
}

// The example of PS3.5 H.3.1.
TEST_F(WorklistFileTest, JapaneseNamesAreRead) {
  const WorklistFile file = readWorklistFile(bytesOf(write("a.wl", [](DcmDataset& data) {
    data.putAndInsertString(DCM_SpecificCharacterSet, "\\ISO 2022 IR 87");
    data.putAndInsertString(DCM_PatientName,
                            "Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B="
                            "\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B");
  })));
  EXPECT_EQ(file.values.at("PatientName"), "Yamada^Tarou=山田^太郎=やまだ^たろう");
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
